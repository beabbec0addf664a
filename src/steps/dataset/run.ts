import { ProblemError, problem } from '../../core/problem.js'
import { stream } from '../../core/random.js'
import type { RunStep } from '../../core/step-file.js'
import { pick, type Examples } from '../../data/examples.js'
import { fitNormalization } from '../../data/fit-normalization.js'
import { loadSource } from '../../data/load.js'
import { divide } from '../../data/split.js'
import { type SplitBody, storeDataset } from '../../data/store-dataset.js'
import { countClasses } from '../../sources/labels.js'
import { type SplitName, splitNames } from '../../sources/description.js'
import type { SourceFacts } from '../../sources/facts.js'
import { inspectSource } from '../../sources/source.js'
import type { Source } from '../../sources/tables.js'
import { type Facts, describeDataset } from './describe.js'
import { type DatasetConfig, resolveSource } from './fields.js'
import { checkUnchanged } from './run-unchanged.js'

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

const halt = (faults: readonly { code: string; message: string; hint?: string }[]): never => {
  throw new ProblemError(
    ...faults.map(({ code, message, hint }) => problem(code, message, hint === undefined ? {} : { hint })),
  )
}

export const run: RunStep<DatasetConfig> = async ({ config, seed, files }, context) => {
  await checkUnchanged(files)
  const sources = (['source', 'test'] as const).flatMap(key => {
    const written = config[key]
    return written === undefined ? [] : [{ key, source: resolveSource(written) }]
  })
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {}
  for (const { key, source } of sources) {
    const found = await inspectSource(source, config.task)
    if (!found.facts) halt(found.faults)
    facts[key] = found.facts!
  }
  const words = config.classNames ?? facts.source?.words?.map(([word]) => word)
  const loaded: { source?: Examples; test?: Examples } = {}
  const load = (key: string, source: Source): Promise<Examples> =>
    loadSource(source, {
      task: config.task,
      random: stream(seed, 'digits', key),
      ...(words ? { classNames: words } : {}),
    })
  for (const { key, source } of sources) {
    context.emit({ phase: source.type === 'digits' ? `drawing ${key} digits` : `reading ${key}` })
    loaded[key] = await load(key, source)
    facts[key] = completed(facts[key]!, loaded[key])
  }
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
  const artifact = await storeDataset(description, normalization, splits, bytes => context.put(bytes))
  return {
    outputs: { dataset: artifact },
    problems: faults.map(({ code, message, hint }) =>
      problem(code, message, { severity: 'warning', ...(hint === undefined ? {} : { hint }) }),
    ),
  }
}
