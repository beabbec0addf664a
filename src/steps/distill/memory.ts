import { exact, type ModelDescription } from '../../network/description.js'
import { greatestOf, passBytes, sumOf, weightBytes } from '../../network/holding.js'
import { numberBytes } from '../../network/memory.js'
import type { DatasetDescription } from '../../sources/description.js'
import type { DescribedInputs, MemoryNeed, Prediction } from '../define-step.js'
import { trainingMemory } from '../train/memory.js'
import type { DistillConfig } from './fields.js'

/** Words of teachers that are remembered take no more than this: see `fit/teachers.ts`. */
const remembered = 256 * 2 ** 20

/** Training of the student beside the teachers, whose passes come before it, and what they said of every example. */
export const distillMemory = (
  config: DistillConfig,
  inputs: DescribedInputs,
  outputs: Prediction['outputs'],
): MemoryNeed => {
  const teachers = (inputs['teachers'] ?? []).map(({ description }) => description as ModelDescription)
  const splits = (inputs['data']?.[0]?.description as DatasetDescription | undefined)?.examples
  const examples = (splits?.train ?? 0) + (splits?.validation ?? 0)
  const words = teachers.reduce(
    (sum, { outputShape }) => sum + outputShape.reduce((product, side) => product * side, 1),
    0,
  )
  const student = trainingMemory(config, inputs, outputs)
  const asked = teachers.map(model => passBytes(model, 'inference', Math.min(config.batchSize, examples)))
  const bytes = sumOf(
    exact(Math.min(remembered, numberBytes * words * examples)),
    ...teachers.map(model => weightBytes(model, 3)),
    greatestOf(student.bytes, ...asked),
  )
  const held = teachers.map(model => weightBytes(model, 1))
  return { bytes, engine: sumOf(...held, greatestOf(student.engine, ...asked)) }
}
