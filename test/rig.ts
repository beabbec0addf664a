import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFolder } from '../src/core/home.js'

const made: string[] = []
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that is gone when the test file ends. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-test-'))
  made.push(folder)
  return folder
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real command, `bin/trimtab.js`, in a folder, and gives all that it printed. */
export const trimtab = (
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> =>
  new Promise((done, broken) => {
    const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => (stdout += chunk))
    child.stderr.on('data', chunk => (stderr += chunk))
    child.once('error', broken)
    child.once('close', code => done({ code, stdout, stderr }))
  })
