// A process of its own that opens one engine and trains on it: an engine that crashes must not take the doctor along.
// Its argument is the engine's name; it writes one line of JSON. The weights of the small network go with it.
import { availableParallelism } from 'node:os'
import type { EngineName } from '../../core/engine-name.js'
import { ProblemError } from '../../core/problem.js'
import { openEngine } from '../../engine/open.js'
import type { HalfType } from '../../engine/graph/mixed-precision.js'
import { trainDigits, trainSmall, wholeGraph } from './training.js'

/** What a trial's process says. Weights are one list a name. */
export type TrialWords =
  | {
      readonly works: true
      readonly weights: readonly (readonly [string, readonly number[]])[]
      readonly rate: number
      readonly mixed?: Readonly<Record<HalfType, number>>
      readonly opened: number
      readonly memory: number
      readonly mode: string
    }
  | { readonly works: false; readonly why: string; readonly mend?: string }

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]!

const batch = 64

const mixedRateOf = async (half: HalfType): Promise<number> => {
  const { steps } = await trainDigits(batch, 10, half)
  return (batch * 1000) / median(steps.slice(3))
}

/** Examples a second. An engine that needs seconds for two of them is not asked for more. */
const rateOf = async (): Promise<number> => {
  const few = 2
  const first = await trainDigits(few, 3)
  const slow = first.steps.at(-1)!
  if (slow > 200) return (few * 1000) / slow
  const { steps } = await trainDigits(batch, 3)
  const third = steps.at(-1)!
  // A software GPU needs seconds for what a real one does in an instant: three steps of it tell enough.
  if (third > 300) return (batch * 1000) / third
  const more = await trainDigits(batch, 8)
  return (batch * 1000) / median(more.steps.slice(3))
}

const tryOn = async (name: EngineName): Promise<TrialWords> => {
  const began = performance.now()
  await openEngine(name, { threads: availableParallelism })
  const opened = performance.now() - began
  const small = await trainSmall()
  const rate = await rateOf()
  const mixed =
    name === 'native' && small.mode === wholeGraph
      ? { float16: await mixedRateOf('float16'), bfloat16: await mixedRateOf('bfloat16') }
      : undefined
  return {
    works: true,
    weights: [...small.weights].map(([weight, values]) => [weight, [...values]]),
    rate,
    ...(mixed ? { mixed } : {}),
    opened,
    memory: process.resourceUsage().maxRSS * 1024,
    mode: small.mode,
  }
}

const words = await tryOn(process.argv[2] as EngineName).catch((error: unknown): TrialWords => {
  const found = error instanceof ProblemError ? error.problems[0] : undefined
  const why = found?.message ?? (error instanceof Error ? error.message : String(error))
  return { works: false, why, ...(found?.hint === undefined ? {} : { mend: found.hint }) }
})
process.stdout.write(`\n${JSON.stringify(words)}\n`, () => process.exit(0))
