// One engine's side of bench/engines/run.mjs: a process that trains networks and runs them forward, so many batches as
// asked, through the very loops that steps use. Reads one question a line, answers one line.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { EngineName } from '../../src/core/engine-name.js'
import { stream } from '../../src/core/random.js'
import type { Batch, Split } from '../../src/data/dataset.js'
import type { HalfType } from '../../src/engine/graph/mixed-precision.js'
import { openEngine } from '../../src/engine/open.js'
import { fit } from '../../src/fit/fit.js'
import { infer } from '../../src/fit/infer.js'
import { losses } from '../../src/fit/losses.js'
import { supervised } from '../../src/fit/objective.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable, type Runnable } from '../../src/model/runnable.js'
import { resolveNetwork } from '../../src/network/architecture.js'

interface Asked {
  readonly net: string
  readonly what: 'train' | 'forward'
  readonly batch: number
  /** Batches to time; a few more run before them. */
  readonly count: number
}

const [engine, netsFile, threads = '1', precision = 'none'] = process.argv.slice(2) as [
  EngineName,
  string,
  string?,
  (HalfType | 'none')?,
]
const nets = JSON.parse(readFileSync(netsFile, 'utf8')) as Record<
  string,
  { input: number[]; layers: unknown[] }
>
/** Batches before the timed ones: a graph is traced and written in the first, caches fill. */
const warming = 2

const runnables = new Map<string, Runnable>()
const runnableOf = (net: string): Runnable => {
  const known = runnables.get(net)
  if (known) return known
  const { input, layers } = nets[net]!
  const { network, faults } = resolveNetwork({ layers }, input)
  if (!network) throw new Error(faults.map(({ message }) => message).join('\n'))
  const made = buildRunnable(initialModel(network, 1))
  runnables.set(net, made)
  return made
}

const splitOf = (input: readonly number[], batch: number, count: number): Split => {
  const random = stream(2, 'bench')
  const size = input.reduce((product, side) => product * side, batch)
  const x = Float32Array.from({ length: size }, () => random.uniform())
  const labels = Int32Array.from({ length: batch }, () => random.below(10))
  function* batches(): Generator<Batch> {
    const indices = Uint32Array.from({ length: batch }, (_, at) => at)
    for (let i = 0; i < count; i++) yield { count: batch, x, labels, targets: new Float32Array(0), indices }
  }
  return { name: 'train', count: batch * count, labels, batches }
}

const between = (moments: readonly number[]): number[] =>
  moments.slice(1).map((moment, at) => moment - moments[at]!)

const train = async ({ net, batch, count }: Asked): Promise<number[]> => {
  const runnable = runnableOf(net)
  const { input } = nets[net]!
  const moments: number[] = []
  await fit({
    runnable,
    objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
    examples: { task: 'classification', inputShape: input, outputs: 10 },
    train: splitOf(input, batch, warming + count + 1),
    epochs: 1,
    batchSize: batch,
    optimizer: { name: 'adam', settings: {} },
    learningRate: () => {
      moments.push(performance.now())
      return 0.001
    },
    scores: ['accuracy'],
    ...(precision === 'none' ? {} : { mixedPrecision: precision }),
    seed: 1,
    cancelled: () => false,
    emit: () => undefined,
  })
  // Asked once for the epoch, then at the start of each step.
  return between(moments.slice(1)).slice(warming)
}

/** Fewer batches are not made a graph. */
const worthGraph = 12

const forward = async ({ net, batch, count }: Asked): Promise<number[]> => {
  const moments: number[] = []
  await infer(
    runnableOf(net),
    splitOf(nets[net]!.input, batch, Math.max(worthGraph, warming + count + 1)),
    { batchSize: batch },
    () => moments.push(performance.now()),
  )
  return between(moments).slice(-count)
}

const { version } = await openEngine(engine, { threads: () => Number(threads) })
const answer = (said: object): void => void process.stdout.write(`${JSON.stringify(said)}\n`)
answer({ ready: version })
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked
  try {
    const ms = await (asked.what === 'train' ? train(asked) : forward(asked))
    answer({ ms, peak: process.resourceUsage().maxRSS * 1024 })
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) })
  }
}
process.exit(0)
