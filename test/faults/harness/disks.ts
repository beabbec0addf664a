import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { complaintsOf, problemIn, run, settle, type Injection } from './rig.js'
import { resultFiles } from './state.js'

const mount = (...args: readonly string[]): void => {
  execFileSync('mount', args, { stdio: 'ignore' })
}

const mounted = new Set<string>()
const unmount = (place: string): void => {
  execFileSync('umount', ['-l', place], { stdio: 'ignore' })
  mounted.delete(place)
}
process.once('exit', () => {
  for (const place of mounted) unmount(place)
})

const disk = (place: string, kilobytes: number): void => {
  mkdirSync(place, { recursive: true })
  mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', place)
  mounted.add(place)
}

/** Does this machine let us mount a file system? Nothing else can fill a disk for real. */
export const canMount = (folder: string): boolean => {
  try {
    disk(folder, 64)
    unmount(folder)
    return true
  } catch {
    return false
  }
}

const enough = 64 * 1024

/** A disk that fills up at a random point of the run; with room again, the run goes on. */
export const diskFull: Injection = async (rig, random) => {
  const folder = rig.project('empty')
  const place = join(folder, 'disk')
  // The whole store takes about one megabyte.
  disk(place, 16 + random.below(1200))
  const store = join(place, 'store')
  const played = await run(folder, { args: ['run', '--json', '--store', store, '--keep-going'] })
  const complaints = complaintsOf(played)
  mount('-o', `remount,size=${enough}k`, place)
  complaints.push(...(await settle(rig, folder, store)))
  unmount(place)
  rmSync(folder, { recursive: true, force: true })
  return { became: problemIn(played) ?? 'had room', faults: played.code === 0 ? 0 : 1, complaints }
}

/** A store that takes no writes: from the start, or from a random moment on. */
export const readOnly: Injection = async (rig, random) => {
  const folder = rig.project('empty')
  const place = join(folder, 'disk')
  const store = join(place, 'store')
  disk(place, enough)
  const already = random.uniform()
  // With nothing, a part or all of the work done.
  if (already > 0.3) {
    cpSync(join(rig.finished, '.trimtab'), store, { recursive: true })
    if (already < 0.8) for (const path of resultFiles(store)) if (random.uniform() < 0.5) rmSync(path)
  }
  const fromStart = random.uniform() < 0.5
  const refuse = (): void => {
    // A file that is open for writing keeps a file system writable: then it is tried again.
    try {
      mount('-o', 'remount,ro', place)
    } catch {
      if (existsSync(place)) setTimeout(refuse, 20)
    }
  }
  if (fromStart) refuse()
  const moment = random.uniform() * rig.seconds * 1000
  let alarm: NodeJS.Timeout | undefined
  const played = await run(folder, {
    args: ['run', '--json', '--store', store],
    during: () => void (fromStart || (alarm = setTimeout(refuse, moment))),
  })
  clearTimeout(alarm)
  const complaints = complaintsOf(played)
  mount('-o', 'remount,rw', place)
  complaints.push(...(await settle(rig, folder, store)))
  unmount(place)
  rmSync(folder, { recursive: true, force: true })
  return { became: problemIn(played) ?? 'nothing to write', faults: 1, complaints }
}
