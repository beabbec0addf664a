import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const climb = (found: (folder: string) => boolean): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!found(folder)) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('trimtab cannot find its own files')
    folder = parent
  }
  return folder
}

let code: string | undefined
let root: string | undefined

/** The folder of our compiled rooms: `dist`, or the tests' build. A bundler moves code between files, so it is looked for. */
export const codeFolder = (): string =>
  (code ??= climb(folder => existsSync(join(folder, 'run/worker/main.js'))))

/** The folder of our package.json. */
export const packageFolder = (): string =>
  (root ??= climb(folder => {
    const manifest = join(folder, 'package.json')
    return existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"name": "trimtab"')
  }))

let found: string | undefined

/** Our own version. */
export const version = (): string =>
  (found ??= (JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string })
    .version)
