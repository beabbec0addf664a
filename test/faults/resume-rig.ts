import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Moment } from '../../src/core/checkpoint.js'
import type { Event } from '../../src/core/event.js'
import { packageFolder } from '../../src/core/home.js'
import { stream } from '../../src/core/random.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert } from '../suite.js'

const recipe = `
trimtab: 1
seed: 3
engine: wasm
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 240}}
    split: {train: 0.8, validation: 0.1, test: 0.1}
    normalize: {divide: 255}
  base:
    kind: train
    data: digits
    model:
      layers:
        - conv2d: {filters: 6, kernelSize: 5, strides: 2, activation: relu}
        - batchNormalization
        - flatten
        - dropout: {rate: 0.2}
        - dense: {units: 10, activation: softmax}
    optimizer: {nadam: {learningRate: 0.005}}
    epochs: 6
    batchSize: 16
    earlyStopping: {monitor: loss, patience: 4}
    checkpoint: every 5 steps
  pruned: {kind: prune, model: base, method: magnitude, granularity: filter, sparsity: 0.5}
  tuned: {kind: finetune, model: pruned, data: digits, epochs: 3, batchSize: 16, checkpoint: every 5 steps}
  small:
    kind: distill
    teachers: [base]
    data: digits
    model:
      layers:
        - conv2d: {filters: 3, kernelSize: 5, strides: 2, activation: relu, name: seen}
        - flatten
        - dense: {units: 10, activation: softmax}
    hints: [{teacher: conv2d_1, student: seen}]
    epochs: 3
    batchSize: 16
    checkpoint: every 5 steps
`

/** A folder with the recipe. */
export const project = (): string => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'recipe.yml'), recipe)
  return folder
}

/** The record of the last run. */
export const recordOf = async (folder: string): Promise<RunRecord> => {
  const { code, stdout, stderr } = await trimtab(folder, ['show', '--json'])
  assert.is(code, 0, stderr)
  return JSON.parse(stdout) as RunRecord
}

/** What must come out the same: digests, metrics and the history of every training. */
const outcomeOf = ({ instances }: RunRecord): unknown =>
  instances.map(({ instance, key, output }) => ({
    instance,
    key,
    digests: Object.entries(output!.outputs).map(([name, { digest }]) => [name, digest]),
    metrics: output!.metrics,
    record: output!.record,
  }))

interface Cut {
  readonly events: readonly Event[]
  readonly ended: boolean
}

/** Runs the command and kills it, with `kill -9`, once it has spoken of progress so often that it is enough. */
export const runAndKill = async (
  folder: string,
  isEnough: (spoken: number) => boolean,
  env: Record<string, string> = {},
): Promise<Cut> => {
  const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), 'run', 'recipe.yml'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (isEnough(text.split('"type":"progress"').length - 1)) child.kill('SIGKILL')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const events = text.split('\n').flatMap(line => (line.endsWith('}') ? [JSON.parse(line) as Event] : []))
  return { events, ended: code === 0 }
}

/** Kills the command again and again; in the end it must come to what the undisturbed one came to. */
export const checkKilled = async (name: string, env: Record<string, string>): Promise<void> => {
  const undisturbed = project()
  const whole = await trimtab(undisturbed, ['run', 'recipe.yml'])
  assert.is(whole.code, 0, whole.stderr)
  const wanted = outcomeOf(await recordOf(undisturbed))
  const random = stream(23, name)
  const folder = project()
  const from: { readonly instance: string; readonly moment: Moment }[] = []
  const kept = new Map<string, number>()
  let kills = 0
  for (let ended = false; !ended;) {
    // In the end it is let through, however slow the machine is.
    const after = kills < 5 ? 1 + random.below(6) : Infinity
    const cut = await runAndKill(folder, spoken => spoken >= after, env)
    ended = cut.ended
    if (!ended) kills++
    for (const event of cut.events) {
      if (event.type !== 'resumed') continue
      from.push({ instance: event.instance, moment: event.from })
      assert.ok(event.from.step! >= (kept.get(event.instance) ?? 0), 'it fell behind')
      kept.set(event.instance, event.from.step!)
    }
  }
  assert.ok(kills >= 2, `${kills} kills`)
  assert.ok(from.length >= 1, `resumed from ${JSON.stringify(from)}`)
  assert.ok(
    from.some(({ moment }) => moment.step! % 12 !== 0),
    'never in the midst of an epoch',
  )
  assert.equal(outcomeOf(await recordOf(folder)), wanted)
  const left = join(folder, '.trimtab/checkpoints')
  assert.equal(existsSync(left) ? readdirSync(left) : [], [])
}
