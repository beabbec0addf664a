import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab, type Ran } from '../../rig.js'

const data = `
  digits:
    kind: dataset
    source: {digits: {examples: 160}}
    test: {digits: {examples: 64}}
    split: {train: 0.8, validation: 0.2}
    normalize: {divide: 255}
`

const train = (epochs: number): string => `
  base:
    kind: train
    data: digits
    model:
      layers:
        - conv2d: {filters: 4, kernelSize: 5, strides: 3, activation: relu}
        - batchNormalization
        - flatten
        - dense: {units: 10, activation: softmax}
    optimizer: {adam: {learningRate: 0.003}}
    epochs: ${epochs}
    batchSize: 32
`

const rest = `
  pruned: {kind: prune, model: base, sparsity: 0.5}
  tuned: {kind: finetune, model: pruned, data: digits, epochs: 1, batchSize: 32, optimizer: {adam: {learningRate: 0.001}}}
  ptq: {kind: quantize, model: base, data: digits, weights: int8, activations: uint8, calibration: {examples: 32, batchSize: 16}}
  qat: {kind: finetune, model: ptq, data: digits, epochs: 1, batchSize: 32, optimizer: {adam: {learningRate: 0.0005}}}
  small:
    kind: distill
    teachers: [base]
    data: digits
    model: {layers: [flatten, {dense: {units: 8, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    epochs: 1
    batchSize: 32
  scores: {kind: evaluate, models: [base, tuned, qat, small], data: digits}
  speed: {kind: benchmark, models: [small], reference: base, batchSize: 8, rounds: 6, warmUp: 1}
`

/** A folder with a recipe in it: one training, or every kind of step that computes. */
export const project = (
  engine: string,
  what: { readonly epochs: number; readonly whole?: boolean },
): string => {
  const folder = emptyFolder()
  const steps = `${data}${train(what.epochs)}${what.whole ? rest : ''}`
  writeFileSync(join(folder, 'recipe.yml'), `trimtab: 1\nseed: 7\nengine: ${engine}\nsteps:\n${steps}`)
  return folder
}

export interface Told {
  readonly type: string
  readonly instance?: string
  readonly lane?: string
  readonly outcome?: string
  readonly metrics?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** The events that a command printed. */
export const eventsOf = ({ stdout }: Ran): Told[] =>
  stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Told)

export const runRecipe = (folder: string): Promise<Ran> => trimtab(folder, ['run', 'recipe.yml'])
