import { stream } from '../../../src/core/random.js'
import { bitFlipped, clockBack, journalCut, truncated } from './damage.js'
import { canMount, diskFull, readOnly } from './disks.js'
import { killed, outOfMemory, workerKilled } from './kills.js'
import { whyNoServer } from '../../store/s3-server.js'
import { makeRig, type Injection } from './rig.js'
import { closingRemote, failingRemote, lyingRemote, stallingRemote } from './remote.js'
import { eightRuns, twoRuns } from './together.js'

/** By name: every way of disturbing a run. */
export const injections: Readonly<Record<string, Injection>> = {
  'kill -9': killed,
  'disk full': diskFull,
  'read-only store': readOnly,
  'object truncated': truncated,
  'object bit-flipped': bitFlipped,
  'journal cut': journalCut,
  'clock set back': clockBack,
  'worker out of memory': outOfMemory,
  'worker killed': workerKilled,
  'two runs at once': twoRuns,
  'eight runs at once': eightRuns,
  'remote stalls': stallingRemote,
  'remote closes': closingRemote,
  'remote answers 500': failingRemote,
  'remote returns wrong bytes': lyingRemote,
}

/** Why an injection cannot be tried here; undefined where it can. */
const whyNot = (name: string, mounts: boolean): string | undefined => {
  if (needsMount.has(name) && !mounts) return 'this machine lets nobody mount a file system'
  return name.startsWith('remote') ? whyNoServer() : undefined
}

const needsMount = new Set(['disk full', 'read-only store'])

/** What came of all trials of one injection. */
export interface Tally {
  readonly name: string
  readonly trials: number
  readonly faults: number
  /** How often it became what. */
  readonly became: Readonly<Record<string, number>>
  readonly complaints: readonly string[]
  /** Why it was not tried at all. */
  readonly skipped?: string
}

export interface HarnessOptions {
  readonly seed: number
  /** Faults of each injection to reach at least, by name. */
  readonly wanted: Readonly<Record<string, number>>
  readonly checkpoint: boolean
  /** After every trial. */
  readonly onTrial?: (name: string, faults: number, complaints: readonly string[]) => void
}

/** Disturbs runs until each injection has set as many faults as wanted, and counts what came of them. */
export const harness = async ({
  seed,
  wanted,
  checkpoint,
  onTrial,
}: HarnessOptions): Promise<readonly Tally[]> => {
  const rig = await makeRig(checkpoint)
  const tallies: Tally[] = []
  try {
    const mounts = canMount(rig.project('empty'))
    for (const [name, count] of Object.entries(wanted)) {
      const skipped = whyNot(name, mounts)
      if (skipped !== undefined) {
        tallies.push({ name, trials: 0, faults: 0, became: {}, complaints: [], skipped })
        continue
      }
      const became: Record<string, number> = {}
      const complaints: string[] = []
      let [trials, faults] = [0, 0]
      // A trial may set no fault (the run was through before it); many in a row would be a fault of the harness.
      for (; faults < count && trials < count * 4; trials++) {
        const trial = await injections[name]!(rig, stream(seed, name, trials))
        faults += trial.faults
        became[trial.became] = (became[trial.became] ?? 0) + 1
        complaints.push(...trial.complaints.map(each => `${name}, trial ${trials}: ${each}`))
        onTrial?.(name, faults, trial.complaints)
      }
      if (faults < count) complaints.push(`${name}: only ${faults} of ${count} faults could be set`)
      tallies.push({ name, trials, faults, became, complaints })
    }
  } finally {
    await rig.close()
  }
  return tallies
}
