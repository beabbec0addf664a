import { didYouMean } from '../../core/nearest.js'
import type { Fault } from '../../core/problem.js'
import type { Network } from '../../network/network.js'
import { propagate, weightSpecs } from '../../network/propagate.js'
import { scheduleFaults } from '../../network/schedules.js'
import { finalActivation } from '../train/checks.js'
import type { DistillConfig } from './fields.js'

/** A hint with the widths (last axis) of its layers. */
export interface MeasuredHint {
  readonly teacher: string
  readonly student: string
  readonly weight: number
  readonly teacherWidth: number
  readonly studentWidth: number
}

const shapeOf = (network: Network, layer: string): readonly number[] | undefined =>
  propagate(network).nodes.get(layer)?.outputShape

/** Hints with their widths; faults where a layer is missing or the two lie on different grids. */
export const measureHints = (
  config: DistillConfig,
  student: Network,
  teacher: Network,
): { readonly hints: readonly MeasuredHint[]; readonly faults: readonly Fault[] } => {
  const faults: Fault[] = []
  const hints: MeasuredHint[] = []
  for (const [at, hint] of (config.hints ?? []).entries()) {
    const sides = { teacher: shapeOf(teacher, hint.teacher), student: shapeOf(student, hint.student) }
    for (const [side, network] of [
      ['teacher', teacher],
      ['student', student],
    ] as const) {
      if (sides[side] !== undefined) continue
      const names = network.layers.map(({ name }) => name)
      faults.push({
        code: 'unknown-layer',
        message: `the ${side} has no layer "${hint[side]}"`,
        path: ['hints', at, side],
        hint: didYouMean(hint[side], names) ?? `Its layers: ${names.join(', ')}.`,
      })
    }
    const { teacher: above, student: below } = sides
    if (above === undefined || below === undefined) continue
    if (above.slice(0, -1).join() !== below.slice(0, -1).join())
      faults.push({
        code: 'hint-shape',
        message: `the teacher's "${hint.teacher}" gives ${above.join('×')}, the student's "${hint.student}" ${below.join('×')}`,
        path: ['hints', at],
        hint: 'Only the last axis may differ: choose layers of the same height and width, or layers behind a flatten.',
      })
    else hints.push({ ...hint, teacherWidth: above.at(-1)!, studentWidth: below.at(-1)! })
  }
  return { hints, faults }
}

/** Names of trained weights that a student and a teacher have in the same shape. */
export const sharedWeights = (student: Network, teacher: Network): string[] => {
  const shapes = new Map(weightSpecs(teacher).map(({ name, shape }) => [name, shape.join()]))
  return weightSpecs(student)
    .filter(({ name, shape, trainable }) => trainable && shapes.get(name) === shape.join())
    .map(({ name }) => name)
}

/** What cannot be right between a student and one teacher. `from` names the teacher. */
const pairFaults = (student: Network, teacher: Network, from: string, at: number): Fault[] => {
  const faults: Fault[] = []
  const fault = (message: string, hint?: string): void => {
    faults.push({ code: 'teacher', message, path: ['teachers', at], ...(hint ? { hint } : {}) })
  }
  const [above, below] = [teacher, student].map(network => propagate(network).outputShape ?? [])
  if (teacher.inputShape.join() !== student.inputShape.join())
    fault(
      `teacher "${from}" takes ${teacher.inputShape.join('×')}, the student ${student.inputShape.join('×')}`,
    )
  else if (above!.join() !== below!.join())
    fault(`teacher "${from}" gives ${above!.join('×')}, the student ${below!.join('×')}`)
  const [taught, learnt] = [finalActivation(teacher), finalActivation(student)]
  const soft = (activation: string): boolean => activation === 'softmax' || activation === 'sigmoid'
  if (taught !== learnt && (soft(taught) || soft(learnt)))
    fault(
      `teacher "${from}" ends with ${taught}, the student with ${learnt}: they cannot be compared at a temperature`,
      `End the student with \`activation: ${taught}\`.`,
    )
  return faults
}

/** What can be wrong between a student, its teachers and the terms of the loss. */
export const distillFaults = (
  config: DistillConfig,
  student: Network,
  teachers: readonly { readonly from: string; readonly network: Network }[],
): Fault[] => {
  const faults = teachers.flatMap(({ from, network }, at) => pairFaults(student, network, from, at))
  const first = teachers[0]
  if (first) faults.push(...measureHints(config, student, first.network).faults)
  if (
    config.weightPenalty > 0 &&
    teachers.every(({ network }) => sharedWeights(student, network).length === 0)
  )
    faults.push({
      code: 'weight-penalty',
      message:
        'no weight of the student has the name and shape of a teacher’s, so weightPenalty has nothing to hold',
      path: ['weightPenalty'],
      hint: 'Give the layers that correspond the same `name`, or leave weightPenalty out.',
    })
  return faults
}

/** What a schema cannot say of the temperature. */
export const temperatureFaults = (config: DistillConfig): Fault[] =>
  scheduleFaults(config.temperature, ['temperature'])
