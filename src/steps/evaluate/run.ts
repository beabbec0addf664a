import type { Static } from 'typebox'
import { type Artifact, makeArtifact } from '../../core/artifact.js'
import { ProblemError, problem, type Problem } from '../../core/problem.js'
import type { RunStep, StepContext } from '../../core/step-file.js'
import type { Dataset, Split } from '../../data/dataset.js'
import { openDataset } from '../../data/open.js'
import { openEngine } from '../../engine/open.js'
import { type Runnable, buildRunnable } from '../../model/runnable.js'
import { loadModel } from '../../model/store-model.js'
import type { ModelDescription } from '../../network/description.js'
import { logExecution } from '../../fit/execution.js'
import { fitFaults, outputsOf, referenceFaults } from './fit.js'
import { endingOf, probabilities } from './run-answers.js'
import { Classification } from './run-classification.js'
import { runOutputs } from './run-outputs.js'
import { Regression } from './run-regression.js'
import { sizesOf } from './run-sizes.js'
import type { evaluateFields } from './spec.js'

type EvaluateConfig = Static<typeof evaluateFields>

/** What one split gave: figures, tables for the artifact's meta, and bits for its objects. */
interface SplitReport {
  readonly metrics: Readonly<Record<string, number>>
  readonly tables: Readonly<Record<string, unknown>>
  readonly bits: Readonly<Record<string, Uint8Array>>
  readonly notFinite: number
}

interface Bench {
  readonly model: Runnable
  readonly reference?: Runnable
  readonly outputs: number
  readonly config: EvaluateConfig
  readonly context: StepContext
}

const measure = async (bench: Bench, { description }: Dataset, split: Split): Promise<SplitReport> => {
  const { model, reference, outputs, config, context } = bench
  const phase = `measuring on ${split.name}`
  const options = {
    batchSize: config.batchSize,
    cancelled: () => context.cancelled(),
    emit: (done: number) => context.emit({ phase, done }),
  }
  const compared = reference !== undefined
  if (description.task === 'regression') {
    const scores = new Regression(outputs, compared)
    const execution = await runOutputs(model, reference, split, options, (batch, output, other) =>
      scores.add(batch.targets, output, other),
    )
    logExecution(context, phase, execution)
    return { metrics: scores.metrics(), tables: {}, bits: {}, notFinite: 0 }
  }
  const ending = endingOf(model.network)
  const otherEnding = reference && endingOf(reference.network)
  const classes = Math.max(2, outputs)
  const scores = new Classification({
    examples: split.count,
    classes,
    topK: config.topK,
    compared,
    ...(description.classNames ? { classNames: description.classNames } : {}),
  })
  const execution = await runOutputs(model, reference, split, options, (batch, output, other) =>
    scores.add(
      batch.labels,
      probabilities(output, outputs, ending),
      other && otherEnding && probabilities(other, outputs, otherEnding),
    ),
  )
  logExecution(context, phase, execution)
  const { metrics, perClass, confusion, notFinite, correct, correctTop } = scores.report()
  const bits = {
    [`correct-${split.name}`]: correct,
    ...(correctTop ? { [`correct-top${config.topK}-${split.name}`]: correctTop } : {}),
  }
  return { metrics, tables: { perClass, confusion, notFinite }, bits, notFinite }
}

const simulated = ({ quantized }: ModelDescription): string[] => {
  const parts = [
    quantized.weights ? `${quantized.weights} weights` : '',
    quantized.activations ? `${quantized.activations} activations` : '',
  ].filter(part => part !== '')
  return parts.length > 0
    ? [`${parts.join(' and ')} are simulated in float32: the rounding is real, the arithmetic is not integer`]
    : []
}

const warnings = (reports: Readonly<Record<string, SplitReport>>): Problem[] =>
  Object.entries(reports).flatMap(([name, { notFinite }]) =>
    notFinite === 0
      ? []
      : [
          problem(
            'output-not-finite',
            `${notFinite} outputs on ${name} are not numbers; they count as wrong`,
            {
              severity: 'warning',
              hint: 'Training may have diverged: try a smaller learning rate.',
            },
          ),
        ],
  )

const store = async (
  context: StepContext,
  meta: Record<string, unknown>,
  reports: readonly SplitReport[],
): Promise<Artifact> => {
  const objects: Artifact['objects'] & Record<string, Artifact['objects'][string]> = {}
  for (const [name, bits] of reports.flatMap(each => Object.entries(each.bits))) {
    objects[name] = { digest: await context.put(bits), bytes: bits.byteLength }
  }
  return makeArtifact('metrics', objects, meta)
}

/** Measures one model on the splits `test` and `validation`, whichever there are. */
export const run: RunStep<EvaluateConfig> = async ({ config, inputs, engine, microBatch }, context) => {
  await openEngine(engine.name, { threads: () => context.threads() })
  const open: StepContext['open'] = digest => context.open(digest)
  const input = inputs['models']![0]!
  const against = inputs['reference']?.[0]
  const dataset = await openDataset(inputs['data']![0]!.artifact, open)
  const description = input.artifact.meta['description'] as ModelDescription
  const other = against?.artifact.meta['description'] as ModelDescription | undefined
  const faults = [
    ...fitFaults(input.from, description, dataset.description, 'models'),
    ...referenceFaults(description, other),
  ]
  if (faults.length > 0) throw new ProblemError(...faults.map(({ code, message }) => problem(code, message)))
  const model = buildRunnable(await loadModel(input.artifact, open))
  let reference: Runnable | undefined
  try {
    if (against)
      reference =
        against.artifact.digest === input.artifact.digest
          ? model
          : buildRunnable(await loadModel(against.artifact, open))
    const bench: Bench = {
      model,
      outputs: outputsOf(description),
      config: { ...config, batchSize: microBatch ?? config.batchSize },
      context,
      ...(reference ? { reference } : {}),
    }
    const reports: Record<string, SplitReport> = {}
    for (const name of ['test', 'validation'] as const) {
      const split = dataset.split(name)
      if (split) reports[name] = await measure(bench, dataset, split)
    }
    const sizes = await sizesOf(input.artifact, open)
    const metrics = {
      ...Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, report.metrics])),
      model: sizes,
    }
    const examples = Object.fromEntries(
      Object.keys(reports).map(name => [name, dataset.description.examples[name as 'test']!]),
    )
    const splits = Object.fromEntries(
      Object.entries(reports).map(([name, report]) => [name, { ...report.metrics, ...report.tables }]),
    )
    const notes = simulated(description)
    const meta = { task: dataset.description.task, examples, splits, model: sizes, notes }
    return {
      outputs: { metrics: await store(context, meta, Object.values(reports)) },
      metrics,
      ...(microBatch === undefined ? {} : { record: { microBatch } }),
      notes:
        microBatch === undefined ? notes : [...notes, `Memory ran out: ${microBatch} examples ran at once.`],
      problems: warnings(reports),
    }
  } finally {
    if (reference !== model) reference?.dispose()
    model.dispose()
  }
}
