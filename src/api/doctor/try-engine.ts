import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { EngineTrial } from '../../core/doctor.js'
import type { EngineName } from '../../core/engine-name.js'
import { codeFolder } from '../../core/home.js'
import { differenceOf } from '../../core/promise.js'
import { formatSeconds } from '../../core/units.js'
import { nativeEnvironment } from '../../engine/native/open.js'
import { explain } from '../../engine/native/symptoms.js'
import type { TrialWords } from './trial.js'

/** Milliseconds that a trial may take; a software GPU on a busy machine needs half a minute. */
const patience = 180_000
/** Relative difference beyond which an engine computes something else. */
const tolerance = 1e-3

interface Ended {
  readonly out: string
  readonly said: string
  readonly how?: string
}

const runTrial = (name: EngineName, signal: AbortSignal | undefined): Promise<Ended> =>
  new Promise(resolve => {
    const child = spawn(process.execPath, [join(codeFolder(), 'api/doctor/trial.js'), name], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // All that TensorFlow says of a GPU that it leaves alone, so that the reason is in it.
      env: { ...nativeEnvironment, ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' },
      ...(signal ? { signal, killSignal: 'SIGKILL' } : {}),
    })
    let [out, said, late] = ['', '', false]
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-16_384)))
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, patience)
    child.once('error', error => {
      clearTimeout(timer)
      resolve({ out, said, how: error.message })
    })
    child.once('close', (code, by) => {
      clearTimeout(timer)
      const how = late
        ? `gave no answer in ${formatSeconds(patience / 1000)} and was ended`
        : by !== null
          ? `was ended by ${by}`
          : code === 0
            ? undefined
            : `ended with exit code ${code}`
      resolve({ out, said, ...(how === undefined ? {} : { how }) })
    })
  })

/** Weights of a trial that another is compared with. */
export type Weights = ReadonlyMap<string, readonly number[]>

const apart = (mine: Weights, judge: Weights): number =>
  Math.max(...[...judge].map(([name, values]) => differenceOf(mine.get(name) ?? [], values)))

/** Opens an engine in a process of its own, trains there, and compares with the cpu engine's weights. */
export const tryEngine = async (
  name: EngineName,
  judge: Weights | undefined,
  signal?: AbortSignal,
): Promise<{ readonly trial: EngineTrial; readonly weights?: Weights; readonly note?: string }> => {
  const { out, said, how } = await runTrial(name, signal)
  const line = out.trim().split('\n').at(-1) ?? ''
  const known = explain(said)
  if (how !== undefined || !line.startsWith('{')) {
    const last = said.trim().split('\n').at(-1)?.trim() ?? ''
    const why =
      known?.says ?? `its process ${how ?? 'said nothing'}${last === '' ? '' : `: ${last.slice(0, 300)}`}`
    return { trial: { works: false, why, ...(known ? { mend: known.mend } : {}) } }
  }
  const words = JSON.parse(line) as TrialWords
  if (!words.works) {
    const cause = explain(words.why) ?? known
    const mend = words.mend ?? cause?.mend
    return { trial: { works: false, why: words.why, ...(mend === undefined ? {} : { mend }) } }
  }
  const weights = new Map(words.weights)
  const difference = judge === undefined ? 0 : apart(weights, judge)
  if (!(difference <= tolerance))
    return {
      trial: {
        works: false,
        why: `it computes something else than the cpu engine: weights are ${difference.toExponential(1)} apart after three steps`,
      },
    }
  const { rate, mixed, opened, memory, mode } = words
  return {
    trial: { works: true, difference, rate, ...(mixed ? { mixed } : {}), opened, memory, mode },
    weights,
    ...(known && name === 'native' ? { note: `${known.says}. ${known.mend}` } : {}),
  }
}
