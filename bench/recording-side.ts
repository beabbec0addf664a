// What it takes to make a training step a graph on the native engine, part by part: run by bench/recording.mjs.
import { readFileSync } from 'node:fs'
import { stream } from '../src/core/random.js'
import type { Batch, Split } from '../src/data/dataset.js'
import type { Numbers } from '../src/engine/graph/binding.js'
import { nativeBackend } from '../src/engine/graph/binding.js'
import { frozen } from '../src/engine/graph/compare.js'
import { Program } from '../src/engine/graph/program.js'
import type { Recording } from '../src/engine/graph/recorder.js'
import { encodeSavedModel } from '../src/engine/graph/saved-model.js'
import { openSession } from '../src/engine/graph/session.js'
import { openEngine } from '../src/engine/open.js'
import { arraysOf } from '../src/fit/examples.js'
import { recordStep } from '../src/fit/graph/record-step.js'
import type { RecordedStep } from '../src/fit/graph/record-step.js'
import { losses } from '../src/fit/losses.js'
import { supervised } from '../src/fit/objective.js'
import { createOptimizer } from '../src/fit/optimizer.js'
import { drawArray } from '../src/model/noise.js'
import { initialModel } from '../src/model/initial.js'
import { buildRunnable } from '../src/model/runnable.js'
import { resolveNetwork } from '../src/network/architecture.js'

const [netsFile, wanted, rounds] = process.argv.slice(2) as [string, string, string]
type Net = { input: number[]; layers: unknown[] }
const nets = JSON.parse(readFileSync(netsFile, 'utf8')) as Record<string, Net>
nets['lstm100'] = { ...nets['lstm']!, input: [100, 28] }
const count = 128

const batchOf = (input: readonly number[], seed: number): Batch => {
  const random = stream(seed, 'bench')
  const size = input.reduce((product, side) => product * side, count)
  return {
    count,
    x: Float32Array.from({ length: size }, () => random.uniform()),
    labels: Int32Array.from({ length: count }, () => random.below(10)),
    targets: new Float32Array(0),
    indices: Uint32Array.from({ length: count }, (_, at) => at),
  }
}

/** Milliseconds of each part, and the nodes and bytes of the graph. */
const measure = async ({ input, layers }: Net): Promise<Record<string, number>> => {
  const parts: Record<string, number> = {}
  const timed = <T>(name: string, work: () => T): T => {
    // Time of the processor and not of the clock: beside other work it says more.
    const start = process.cpuUsage()
    const result = work()
    const { user, system } = process.cpuUsage(start)
    parts[name] = (parts[name] ?? 0) + (user + system) / 1000
    return result
  }
  const { binding } = nativeBackend()!
  const { network, faults } = resolveNetwork({ layers }, input)
  if (!network) throw new Error(faults.map(({ message }) => message).join('\n'))
  const runnable = buildRunnable(initialModel(network, 1))
  const variables = new Map(runnable.trainable.map(name => [name, runnable.variables.get(name)!]))
  const optimizer = createOptimizer({ name: 'adam', settings: {} }, variables)
  const objective = supervised(losses['sparseCategoricalCrossentropy']!({}))
  const examples = { task: 'classification', inputShape: input, outputs: 10 } as const
  const options = { runnable, objective, optimizer, masks: new Map(), clip: {}, trained: runnable.trainable }
  const held = new Map<string, Numbers>()
  for (const [name, values] of await runnable.weights()) held.set(`weight:${name}`, values)
  for (const [name, tensor] of optimizer.slots())
    held.set(`slot:${name}`, (await tensor.data()) as Float32Array)
  const program = new Program(binding)
  const take = (at: number, like?: Recording): RecordedStep => {
    const batch = batchOf(input, at)
    return timed(`record ${at}`, () =>
      recordStep(
        options,
        {
          batch: arraysOf(batch, examples),
          given: objective.arrays({} as Split, batch, at),
          learningRate: 0.001 * at,
          random: stream(0, 'recorded', at),
        },
        like,
      ),
    )
  }
  const first = take(1)
  const takes = [first, take(2, first.recording)]
  const why = timed('compare', () => frozen(takes[0]!, takes[1]!))
  if (why !== undefined) throw new Error(why)
  const signature = timed('emit', () => program.add('train', takes[0]!.recording, takes[0]!.wanted))
  const bytes = timed('encode (again in open)', () => encodeSavedModel(program.nodes)).length
  const session = timed('open', () => openSession(binding, program, held))
  const feeds = new Map<string, Numbers>()
  for (const [name, { values }] of Object.entries(arraysOf(batchOf(input, 3), examples)))
    feeds.set(`batch:${name}`, values)
  for (const { key, shape, draw } of takes[0]!.noise)
    feeds.set(key, drawArray(stream(1, 'noise'), shape, draw))
  optimizer.begin(0.001).forEach((value, at) => feeds.set(`scalar:${at}`, Float32Array.of(value)))
  timed('first run', () => session.run(signature, feeds))
  timed('second run', () => session.run(signature, feeds))
  for (let at = 0; at < 5; at++) session.run(signature, feeds)
  timed('a step', () => session.run(signature, feeds))
  session.dispose()
  optimizer.dispose()
  runnable.dispose()
  return { ...parts, nodes: program.nodes.length, kilobytes: bytes / 1024 }
}

await openEngine('native')
for (const net of wanted.split(',')) {
  const all: Record<string, number>[] = []
  for (let round = 0; round < Number(rounds); round++) all.push(await measure(nets[net]!))
  const median = (name: string): number => {
    const sorted = all.map(each => each[name]!).sort((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) / 2)]!
  }
  const said = Object.keys(all[0]!).map(name => `${name} ${median(name).toFixed(1)}`)
  console.log(`${net}: ${said.join(', ')}`)
}
process.exit(0)
