import { type Fault, ProblemError, fail, problemOfFault } from '../../core/problem.js'
import type { RunStep, StepFile } from '../../core/step-file.js'
import { type Model, noMarks } from '../../model/model.js'
import { storeModel } from '../../model/store-model.js'
import { weightSpecs } from '../../network/propagate.js'
import { type TfjsWeight, readTfjsHeader } from '../../sources/tfjs-model.js'
import { decodeWeight, readChecked } from './run-shards.js'
import type { ModelConfig } from './spec.js'
import { translate } from './translate.js'

const refuse = (faults: readonly Fault[]): void => {
  if (faults.length > 0) throw new ProblemError(...faults.map(problemOfFault))
}

/** Bytes of groups of shards, each read once. */
const groupsOf = (files: StepFile['files']) => {
  const read = new Map<string, Promise<Uint8Array>>()
  return (weight: TfjsWeight): Promise<Uint8Array> => {
    const key = weight.files.join('\n')
    const group =
      read.get(key) ??
      Promise.all(weight.files.map(file => readChecked(file, files))).then(parts => Buffer.concat(parts))
    read.set(key, group)
    return group
  }
}

/** Brings a tfjs layers model in, its weights as float32. */
export const run: RunStep<ModelConfig> = async (step, context) => {
  const { tfjs } = step.config.source
  if (tfjs === undefined) return fail('model-format', 'ONNX models cannot be brought in yet')
  const header = await readTfjsHeader(tfjs, await readChecked(tfjs, step.files))
  refuse(header.faults)
  const { network, weights, faults } = translate(header.model!)
  refuse(faults)
  const groupOf = groupsOf(step.files)
  const loaded: Model['weights'][number][] = []
  for (const { name, shape } of weightSpecs(network!)) {
    const weight = weights.get(name)!
    loaded.push({ name, shape, data: decodeWeight(weight, await groupOf(weight)) })
  }
  const model: Model = {
    network: network!,
    weights: loaded,
    marks: noMarks,
    ...(step.config.classNames ? { classNames: step.config.classNames } : {}),
  }
  const packed = [...weights.values()].filter(({ stored }) => stored !== 'float32')
  return {
    outputs: { model: await storeModel(model, bytes => context.put(bytes)) },
    notes:
      packed.length > 0
        ? [
            `${packed.length} of ${weights.size} weights are stored as ${packed[0]!.stored} and were read as float32`,
          ]
        : [],
  }
}
