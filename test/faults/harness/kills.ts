import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workersOf } from './play.js'
import { complaintsOf, problemIn, run, settle, type Injection } from './rig.js'
import { finalsOf, newestRecord } from './state.js'

/** Runs of one trial that are killed before one is let through. */
const most = 6

/** `kill -9` at random moments, again and again on one store, until a run is through: it must come to the same bits. */
export const killed: Injection = async (rig, random) => {
  const folder = rig.project('empty')
  const complaints: string[] = []
  let kills = 0
  let through = false
  while (!through && kills < most) {
    const played = await run(folder, { killAfter: random.uniform() * rig.seconds * 1000 })
    complaints.push(...complaintsOf(played))
    if (played.signal === 'SIGKILL') kills++
    else through = true
  }
  if (through) {
    const record = newestRecord(join(folder, '.trimtab'))
    if (!record || finalsOf(record) !== rig.finals) complaints.push('it came to other bits')
  }
  complaints.push(...(await settle(rig, folder)))
  rmSync(folder, { recursive: true, force: true })
  return { became: through ? 'went through' : 'let through', faults: kills, complaints }
}

/** Kills one of a command's worker processes: at a moment, or as soon after it as one is there. */
const killWorker = (parent: number, after: number, killedOne: () => void): void => {
  const look = (left: number): void => {
    const [worker] = workersOf(parent)
    if (worker === undefined) {
      if (left > 0) setTimeout(() => look(left - 1), 50)
      return
    }
    try {
      process.kill(worker, 'SIGKILL')
      killedOne()
    } catch {
      // It ended by itself meanwhile.
    }
  }
  setTimeout(() => look(100), after)
}

/** A lane's process killed at a random moment: its step fails, says so, and the next run makes it. */
export const workerKilled: Injection = async (rig, random) => {
  const folder = rig.project('empty')
  let faults = 0
  const after = random.uniform() * rig.seconds * 1000
  const played = await run(folder, {
    env: { TRIMTAB_LANE: 'process' },
    during: pid => killWorker(pid, after, () => (faults += 1)),
  })
  const complaints = [...complaintsOf(played), ...(await settle(rig, folder))]
  rmSync(folder, { recursive: true, force: true })
  return { became: problemIn(played) ?? (faults > 0 ? 'tried again' : 'none was there'), faults, complaints }
}

/** A worker that runs out of memory, once or for good. */
export const outOfMemory: Injection = async (rig, random) => {
  const folder = rig.project('empty')
  const once = join(folder, 'hungry')
  const isOnce = random.uniform() < 0.5
  if (isOnce) writeFileSync(once, '')
  const played = await run(folder, {
    env: {
      TRIMTAB_HEAP: '96',
      ...(random.uniform() < 0.5 ? { TRIMTAB_LANE: 'process' } : {}),
      ...(isOnce ? { HUNGRY_WHILE: once } : { HUNGRY: '1' }),
    },
  })
  const complaints = complaintsOf(played)
  if (isOnce && played.code !== 0) complaints.push(`its retry did not help:\n${played.stderr}`)
  if (!isOnce && played.code !== 3)
    complaints.push(`it ended with ${played.code} though a step cannot be made`)
  complaints.push(...(await settle(rig, folder)))
  rmSync(folder, { recursive: true, force: true })
  return {
    became: isOnce ? 'tried again' : (problemIn(played) ?? 'nothing'),
    faults: 1,
    complaints,
  }
}
