import type { RunStep, StepContext, StepFile } from '../../core/step-file.js'
import type { tf } from '../../engine/tf.js'
import { distilling } from '../../fit/distillation.js'
import type { Anchor, Head } from '../../fit/distillation.js'
import { createHints } from '../../fit/hints.js'
import type { Objective } from '../../fit/objective.js'
import { createTeachers } from '../../fit/teachers.js'
import { buildRunnable } from '../../model/runnable.js'
import type { Runnable } from '../../model/runnable.js'
import { loadModel } from '../../model/store-model.js'
import { scheduleValue } from '../../network/schedules.js'
import { finalActivation } from '../train/checks.js'
import { logExecution } from '../../fit/execution.js'
import { type Bench, refuse, runTraining } from '../train/run-training.js'
import { distillFaults, measureHints, sharedWeights, temperatureFaults } from './checks.js'
import type { DistillConfig } from './fields.js'

type Step = StepFile<DistillConfig>

const headOf = (runnable: Runnable): Head => {
  const last = finalActivation(runnable.network)
  return last === 'softmax' || last === 'sigmoid' ? last : 'none'
}

/** Student and teachers' weights of one name and shape, for the term λΣ|w − w′|. */
const anchorsOf = (student: Runnable, teachers: readonly Runnable[]): Anchor[] => {
  const shared = teachers.map(teacher => new Set(sharedWeights(student.network, teacher.network)))
  return student.trainable
    .map(name => ({
      weight: student.variables.get(name)! as tf.Tensor,
      teachers: teachers
        .filter((_, at) => shared[at]!.has(name))
        .map(each => each.variables.get(name)! as tf.Tensor),
    }))
    .filter(anchor => anchor.teachers.length > 0)
}

const objectiveOf = async (
  step: Step,
  context: StepContext,
  teachers: readonly Runnable[],
  bench: Bench,
): Promise<{ readonly objective: Objective; readonly dispose: () => void }> => {
  const { config } = step
  const { runnable: student, stepsPerEpoch } = bench
  const names = step.inputs['teachers']!.map(({ from }) => from)
  refuse([
    ...distillFaults(
      config,
      student.network,
      teachers.map(({ network }, at) => ({ from: names[at]!, network })),
    ),
    ...temperatureFaults(config),
  ])
  const { hints: measured } = measureHints(config, student.network, teachers[0]!.network)
  const hints = createHints(measured, step.seed)
  const asked = createTeachers(teachers, [...new Set(measured.map(({ teacher }) => teacher))])
  const watch = {
    batchSize: step.microBatch ?? config.batchSize,
    cancelled: () => context.cancelled(),
    emit: context.emit.bind(context),
  }
  try {
    for (const split of [bench.train, bench.validation]) {
      const execution = split && (await asked.remember(split, watch))
      if (execution) logExecution(context, `asking the teachers on ${split.name}`, execution)
    }
  } catch (error) {
    hints.dispose()
    throw error
  }
  const objective = distilling({
    head: headOf(student),
    teachers: asked,
    temperature: at => scheduleValue(config.temperature, at, stepsPerEpoch),
    alpha: config.alpha,
    hard: bench.hard,
    hints,
    taps: [...new Set(measured.map(({ student: layer }) => layer))],
    anchors: config.weightPenalty > 0 ? anchorsOf(student, teachers) : [],
    weightPenalty: config.weightPenalty,
    ...(bench.penalty ? { penalty: bench.penalty } : {}),
  })
  return { objective, dispose: () => hints.dispose() }
}

/** Trains a student on labels and on what its teachers say. */
export const run: RunStep<DistillConfig> = async (step, context) => {
  const teachers: Runnable[] = []
  let dispose = (): void => {}
  try {
    const { output, fitted } = await runTraining(step, context, async bench => {
      for (const { artifact } of step.inputs['teachers']!)
        teachers.push(buildRunnable(await loadModel(artifact, digest => context.open(digest))))
      const made = await objectiveOf(step, context, teachers, bench)
      dispose = made.dispose
      return made.objective
    })
    const validated = fitted.history[fitted.epoch - 1]?.validation?.['similarity']
    return validated === undefined
      ? output
      : { ...output, metrics: { validation: { similarity: validated } } }
  } finally {
    dispose()
    for (const teacher of teachers) teacher.dispose()
  }
}
