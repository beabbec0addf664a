import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Two branches that train, one that prunes and tunes, one that distils; a kind of the project's own that misbehaves when
 * it is told to. Small enough that hundreds of runs of it are affordable, and every kind in it is the real one.
 */
const recipe = (checkpoint: boolean): string => `trimtab: 1
seed: 5
plugins: [./moody.mjs]
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 240}}
    test: {digits: {examples: 80}}
    split: {train: 0.8, validation: 0.2}
    normalize: {divide: 255}
  base:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 4, kernelSize: 3, activation: relu}}, maxPooling2d, flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.003}}
    epochs: 8
    batchSize: 32${checkpoint ? '\n    checkpoint: every 1 epoch' : ''}
  wide:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 24, activation: relu}}, {dropout: {rate: 0.2}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {sgd: {learningRate: 0.05, momentum: 0.9}}
    epochs: 10
    batchSize: 16${checkpoint ? '\n    checkpoint: every 7 steps' : ''}
  pruned: {kind: prune, model: wide, method: magnitude, sparsity: 0.6}
  tuned: {kind: finetune, model: pruned, data: digits, epochs: 2}
  int8: {kind: quantize, model: base, data: digits, weights: int8, activations: uint8}
  student:
    kind: distill
    teachers: [base, wide]
    data: digits
    model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: 2
  passed: {kind: moody, model: tuned, retries: 1}
  scores: {kind: evaluate, models: [base, wide, tuned, int8, student, passed], data: digits}
gates:
  learns: {check: base.accuracy > 0.15}
  small: {check: int8.bytes < base.bytes}
`

const moody = `import { existsSync, rmSync } from 'node:fs'
import { defineStep, loadModel, storeModel, Type } from 'trimtab'

export const kind = defineStep({
  kind: 'moody',
  revision: 1,
  params: Type.Object({}, { additionalProperties: false, description: 'Hands a model on, or misbehaves when told.' }),
  consumes: { model: 'model' },
  produces: { model: 'model' },
  predict: (_, { model: [given] = [] }) => ({ outputs: given?.description ? { model: given.description } : {} }),
})

export const run = async ({ inputs }, { open, put }) => {
  const model = await loadModel(inputs['model'][0].artifact, open)
  const once = process.env.HUNGRY_WHILE
  if (process.env.HUNGRY === '1' || (once !== undefined && existsSync(once))) {
    if (once !== undefined) rmSync(once)
    const held = []
    for (;;) held.push(Array.from({ length: 512 }, (_, at) => ({ at })))
  }
  return { outputs: { model: await storeModel(model, put) } }
}
`

/** Writes the project of the trials into a folder. */
export const writeSubject = (folder: string, packageFolder: string, checkpoint: boolean): void => {
  mkdirSync(join(folder, '.git'), { recursive: true })
  writeFileSync(join(folder, 'recipe.yml'), recipe(checkpoint))
  writeFileSync(join(folder, 'moody.mjs'), moody)
  // The plug-in imports us as an installed package.
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(packageFolder, join(folder, 'node_modules/trimtab'))
}
