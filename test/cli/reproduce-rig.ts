import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import picocolors from 'picocolors'
import { packageFolder } from '../../src/core/home.js'
import type { Reproduction } from '../../src/judge/reproduction.js'
import { reproductionLines } from '../../src/report/reproduction.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert } from '../suite.js'

/** A project with these files in it. */
export const projectOf = (files: Readonly<Record<string, string>>, folder = emptyFolder()): string => {
  mkdirSync(join(folder, '.git'), { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** A small training with all that hangs on it. `more`: lines of further steps. */
export const small = (more = '', top = ''): string => `trimtab: 1
seed: 3
${top}
params: {epochs: 1}
steps:
  digits: {kind: dataset, source: {digits: {examples: 200}}, split: {train: 0.6, validation: 0.2, test: 0.2}, normalize: {divide: 255}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: \${{ params.epochs }}
    batchSize: 32
  int8: {kind: quantize, model: base, weights: int8}
  scores: {kind: evaluate, models: [base, int8], data: digits, reference: base}
${more}`

/** Four classes by the signs of two columns. */
export const table = (shift = 0): string => {
  const rows = Array.from({ length: 80 }, (_, i) => {
    const [x, y] = [Math.sin(i * 7.3) * 2, Math.cos(i * 3.1) * 2]
    return `${(x + shift).toFixed(3)},${y.toFixed(3)},${(x > 0 ? 1 : 0) + (y > 0 ? 2 : 0)}`
  })
  return `x,y,kind\n${rows.join('\n')}\n`
}

/** A recipe over a table of the project's. */
export const ofTable = (path: string): string => `trimtab: 1
seed: 1
params: {table: {type: path, default: ${path}}}
steps:
  rows: {kind: dataset, source: {csv: {path: "\${{ params.table }}", label: kind}}, split: {train: 0.5, test: 0.5}}
  base:
    kind: train
    data: rows
    model: {layers: [{dense: {units: 4, activation: softmax}}]}
    epochs: 2
    batchSize: 16
  scores: {kind: evaluate, models: [base], data: rows}
`

export const run = async (folder: string, ...args: readonly string[]): Promise<RunRecord> => {
  const ran = await trimtab(folder, ['run', ...args])
  assert.is(ran.code, 0, ran.stderr)
  return recordOf(folder).record
}

/** The newest record of a project and the path of its file. */
export const recordOf = (folder: string): { readonly record: RunRecord; readonly path: string } => {
  const runs = join(folder, '.trimtab/runs')
  const path = join(runs, readdirSync(runs).sort().at(-1)!, 'run.json')
  return { record: JSON.parse(readFileSync(path, 'utf8')) as RunRecord, path }
}

/** Runs `reproduce` as a program does; `text`: as it is told to people. */
export const reproduced = async (
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{ readonly found: Reproduction; readonly text: string; readonly code: number | null }> => {
  const { stdout, stderr, code } = await trimtab(folder, ['reproduce', ...args, '--json'], env)
  assert.ok(stdout !== '', stderr)
  const found = JSON.parse(stdout) as Reproduction
  return { found, text: reproductionLines(found, picocolors.createColors(false)).join('\n'), code }
}

/** What became of each step. */
export const comparedOf = ({ steps }: Reproduction): Record<string, string> =>
  Object.fromEntries(steps.map(step => [step.instance, step.type]))

/** A plug-in that moves every weight a little, as `draw` says. */
export const shaken = (
  draw: string,
  more = '',
): string => `import { defineStep, loadModel, storeModel, Type } from 'trimtab'
${more}
export const shake = defineStep({
  kind: 'shake',
  revision: 1,
  params: Type.Object({}, { additionalProperties: false, description: 'Shakes.' }),
  consumes: { model: 'model' },
  produces: { model: 'model' },
  predict: (_, { model: [given] = [] }) => ({ outputs: given?.description ? { model: given.description } : {} }),
})
export const run = async ({ inputs }, { open, put }) => {
  const model = await loadModel(inputs.model[0].artifact, open)
  const weights = model.weights.map(weight => weight.name.endsWith('/bias')
    ? { ...weight, data: weight.data.map(x => x + ${draw}) } : weight)
  return { outputs: { model: await storeModel({ ...model, weights }, put) } }
}
`

/** Plug-ins import us as an installed package. */
export const install = (folder: string): void => {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(packageFolder(), join(folder, 'node_modules/trimtab'))
}

/** A step of that plug-in, and what hangs on it. */
export const shakenSteps = `  shaken: {kind: shake, model: base}
  after: {kind: quantize, model: shaken, weights: int8}
  last: {kind: evaluate, models: [shaken], data: digits}
`
