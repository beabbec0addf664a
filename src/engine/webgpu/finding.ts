import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeFolder } from '../../core/home.js'
import type { AdapterNote } from './adapter.js'
import { driversText, type Drivers } from './drivers.js'
import type { Found } from './packages.js'

/** What Dawn said when it was asked for an adapter. */
export type Finding =
  | { readonly type: 'adapter'; readonly adapter: AdapterNote }
  /** `said`: what it wrote meanwhile, which names the driver's fault where one was refused. */
  | { readonly type: 'none'; readonly said: string }
  | { readonly type: 'failed'; readonly how: string; readonly said: string }

/** Milliseconds that Dawn may take to find an adapter; a second and a half were measured on a busy machine. */
const patience = 20_000

/** Undefined: it ended before it had an answer. */
const noteIn = (printed: string): AdapterNote | null | undefined => {
  try {
    return JSON.parse(printed) as AdapterNote | null
  } catch {
    return undefined
  }
}

const ask = (dawn: Found): Promise<Finding> =>
  new Promise(resolve => {
    execFile(
      process.execPath,
      [join(codeFolder(), 'engine/webgpu/ask.js'), dawn.url],
      { timeout: patience, killSignal: 'SIGKILL', encoding: 'utf8' },
      (error, stdout, stderr) => {
        const said = stderr.slice(-4096)
        const how = error?.killed
          ? `did not answer within ${patience / 1000} s`
          : `ended ${error?.signal ? `by ${error.signal}` : `with exit code ${String(error?.code)}`}`
        const note = noteIn(stdout)
        resolve(
          note === undefined
            ? { type: 'failed', how, said }
            : note === null
              ? { type: 'none', said }
              : { type: 'adapter', adapter: note },
        )
      },
    )
  })

const cacheFile = (dawn: Found, drivers: Drivers): string => {
  const text = `${process.platform} ${process.arch} ${dawn.folder} ${dawn.version} ${driversText(drivers)}`
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trimtab', `webgpu-${digest}.json`)
}

/** Milliseconds for which "no adapter" is believed: what mends it may not show in any file that we look at. */
const believed = 600_000

const recall = (file: string): Finding | undefined => {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Finding
    return kept.type === 'adapter' || Date.now() - statSync(file).mtimeMs < believed ? kept : undefined
  } catch {
    return undefined
  }
}

const remember = (file: string, finding: Finding): void => {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const beside = `${file}.${process.pid}.tmp`
    writeFileSync(beside, JSON.stringify(finding))
    renameSync(beside, file)
  } catch {
    // Nowhere to keep it: it is asked again.
  }
}

/**
 * The adapter that Dawn finds here. Asked once in a process of its own, 0.4 s, then remembered in the user's cache for as
 * long as packages, drivers and device files stay as they are.
 */
export const findAdapter = async (dawn: Found, drivers: Drivers): Promise<Finding> => {
  const file = cacheFile(dawn, drivers)
  const known = recall(file)
  if (known) return known
  const finding = await ask(dawn)
  remember(file, finding)
  return finding
}
