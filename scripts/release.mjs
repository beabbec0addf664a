// Packs a release: everything built and checked first, since npm runs no scripts here.
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' })
run(process.execPath, 'scripts/check.mjs')
await buildAll()
run(process.execPath, 'scripts/types.mjs')
run('npm', ...(process.argv.includes('--publish') ? ['publish'] : ['pack']))
