import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageFolder } from '../../../src/core/home.js'

const run = promisify(execFile)

/** Pinned: what a later version asks for beyond these is for a later version of ours. */
const packages = ['roc-validator==0.13.0', 'in-toto-attestation==0.9.3']
/** The last `rocrate` whose copy of the context is that of RO-Crate 1.1. */
const contextPackage = 'rocrate==0.13.0'

const place = join(packageFolder(), '.build/peers/provenance')

/** Installs the validators once a checkout; undefined where there is no Python, or its registry does not answer. */
export const validators = (): { readonly python: string; readonly context: string } | undefined => {
  const python = join(place, 'bin/python')
  const context = join(place, 'context/rocrate/data/ro-crate.jsonld')
  if (existsSync(context)) return { python, context }
  const making = `${place}.${process.pid}`
  try {
    mkdirSync(join(making, '..'), { recursive: true })
    const options = { stdio: 'ignore', timeout: 100_000 } as const
    execFileSync('python3', ['-m', 'venv', making], options)
    const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
    execFileSync(join(making, 'bin/python'), [...pip, ...packages], options)
    execFileSync(
      join(making, 'bin/python'),
      [...pip, '--no-deps', '--target', join(making, 'context'), contextPackage],
      options,
    )
    renameSync(making, place)
    return { python, context }
  } catch {
    rmSync(making, { recursive: true, force: true })
    return existsSync(context) ? { python, context } : undefined
  }
}

/** What the validators find, by profile: lines that begin with REQUIRED or RECOMMENDED. */
export const validate = async (
  { python, context }: { readonly python: string; readonly context: string },
  crate: string,
  statement: string,
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const script = join(packageFolder(), 'test/report/provenance/validate.py')
  const { stdout } = await run(python, [script, crate, statement, context], { timeout: 100_000 })
  return JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Record<
    string,
    string[]
  >
}
