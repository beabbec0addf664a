#!/usr/bin/env node
import { existsSync } from 'node:fs'

const main = new URL('../dist/cli/main.js', import.meta.url)
const refuse = what => {
  console.error(`trimtab is not ${what}: run \`npm run build\` in its folder, then try again.`)
  process.exitCode = 70
}

if (!existsSync(main)) refuse('built yet')
else
  try {
    await import(main.href)
  } catch (error) {
    // A build that was cut off leaves parts; a package that is missing is another fault.
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !error.url?.includes('/dist/')) throw error
    refuse('built whole')
  }
