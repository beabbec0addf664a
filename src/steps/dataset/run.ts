import { type Fault, ProblemError, problemOfFault } from '../../core/problem.js'
import { stream } from '../../core/random.js'
import type { RunStep, StepContext, StepFile, StepOutput } from '../../core/step-file.js'
import { checkFinite } from '../../data/check-finite.js'
import { pick, type Examples } from '../../data/examples.js'
import { fitNormalization } from '../../data/fit-normalization.js'
import { loadSource } from '../../data/load.js'
import { divide } from '../../data/split.js'
import { type SplitBody, storeDataset } from '../../data/store-dataset.js'
import { countClasses } from '../../sources/labels.js'
import { type SplitName, splitNames } from '../../sources/description.js'
import type { SourceFacts } from '../../sources/facts.js'
import { attempt } from '../../sources/fault.js'
import { openFiles } from '../../sources/open-files.js'
import type { Reading } from '../../sources/place.js'
import { inspectSource } from '../../sources/source.js'
import type { Source } from '../../sources/tables.js'
import { type Facts, describeDataset } from './describe.js'
import { type DatasetConfig, resolveSource, unpackedLimitOf } from './fields.js'

const bodyOf = ({ features, labels, targets, size, count }: Examples, rows?: Uint32Array): SplitBody => {
  const part = rows ?? Uint32Array.from({ length: count }, (_, i) => i)
  const length = targets.length / count
  return {
    features: pick(features, size, part),
    ...(labels.length > 0 ? { labels: pick(labels, 1, part) } : { targets: pick(targets, length, part) }),
  }
}

/** What the body tells where labels were too many to be read before the run. */
const completed = (facts: SourceFacts, { labels }: Examples): SourceFacts => {
  if (facts.classes !== undefined || facts.words) return facts
  const perClass = countClasses(labels)
  return { ...facts, classes: perClass.length, perClass }
}

const halt = (faults: readonly Fault[]): never => {
  throw new ProblemError(...faults.map(problemOfFault))
}

const unlessFaulty = async (work: () => Promise<void>): Promise<void> => {
  const { fault } = await attempt([], work)
  if (fault) halt([fault])
}

/** Reads the files that the planner hashed, and nothing else that may lie at their paths by now. */
export const run: RunStep<DatasetConfig> = async (step, context) => {
  const files = openFiles()
  try {
    await unlessFaulty(() => files.hold(step.files))
    return await runWith(step, context, {
      files,
      unpackedLimit: unpackedLimitOf(step.config),
    })
  } finally {
    await files.close()
  }
}

const runWith = async (
  { config, seed }: StepFile<DatasetConfig>,
  context: StepContext,
  reading: Reading,
): Promise<StepOutput> => {
  const sources = (['source', 'test'] as const).flatMap(key => {
    const written = config[key]
    return written === undefined ? [] : [{ key, source: resolveSource(written) }]
  })
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {}
  for (const { key, source } of sources) {
    const found = await inspectSource(source, config.task, reading)
    if (!found.facts) halt(found.faults)
    facts[key] = found.facts!
  }
  const words = config.classNames ?? facts.source?.words?.map(([word]) => word)
  const loaded: { source?: Examples; test?: Examples } = {}
  const load = (key: string, source: Source): Promise<Examples> =>
    loadSource(source, {
      task: config.task,
      random: stream(seed, 'digits', key),
      reading,
      ...(words ? { classNames: words } : {}),
    })
  for (const { key, source } of sources) {
    context.emit({ phase: source.type === 'digits' ? `drawing ${key} digits` : `reading ${key}` })
    loaded[key] = await load(key, source)
    facts[key] = completed(facts[key]!, loaded[key])
  }
  await unlessFaulty(() => reading.files.holdStill())
  const { description, faults } = describeDataset(config, facts)
  if (!description) return halt(faults.filter(fault => fault.severity !== 'warning'))

  const all = loaded.source!
  const { test, ...own } = description.examples
  const rows = divide(
    all.count,
    config.test === undefined ? description.examples : own,
    stream(seed, 'split'),
    config.stratify && config.task === 'classification' ? all.labels : undefined,
  )
  const splits: Partial<Record<SplitName, SplitBody>> = {}
  for (const name of splitNames) if (rows[name]) splits[name] = bodyOf(all, rows[name])
  if (loaded.test && test !== undefined) splits.test = bodyOf(loaded.test)
  const normalization = fitNormalization(config.normalize, description.shape, splits.train?.features)
  for (const [name, { features }] of Object.entries(splits)) checkFinite(name, features, normalization)
  const artifact = await storeDataset(description, normalization, splits, bytes => context.put(bytes))
  return {
    outputs: { dataset: artifact },
    problems: faults.map(problemOfFault),
  }
}
