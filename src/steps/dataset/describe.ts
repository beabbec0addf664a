import type { Fault } from '../../core/problem.js'
import { didYouMean } from '../../core/nearest.js'
import type { DatasetDescription } from '../../sources/description.js'
import type { SourceFacts } from '../../sources/facts.js'
import type { DatasetConfig } from './fields.js'
import { type SplitSizes, splitSizes } from './split-sizes.js'

/** What the headers of the two sources gave; absent where they could not be read. */
export interface Facts {
  readonly source?: SourceFacts
  readonly test?: SourceFacts
}

const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1)
const written = (shape: readonly number[]): string => shape.join('×')

/** Names of classes that neither the config's nor the source's list holds. */
const strangers = (facts: SourceFacts, names: readonly string[], path: string): Fault[] =>
  (facts.words ?? [])
    .filter(([word]) => !names.includes(word))
    .slice(0, 5)
    .map(([word, count]) => ({
      code: 'data-class',
      message: `${count} ${count === 1 ? 'example is' : 'examples are'} of class "${word}", which is none of ${names.slice(0, 20).join(', ')}`,
      path: [path],
      ...(didYouMean(word, names) ? { hint: didYouMean(word, names)! } : {}),
    }))

interface Classes {
  readonly classes?: number
  readonly classNames?: readonly string[]
}

const classesOf = (config: DatasetConfig, facts: Facts, faults: Fault[]): Classes => {
  const sources = (['source', 'test'] as const).flatMap(path =>
    facts[path] ? [{ path, facts: facts[path] }] : [],
  )
  const worded = sources.some(each => each.facts.words)
  const indexed = sources.find(each => each.facts.perClass)
  const names = config.classNames ?? facts.source?.words?.map(([word]) => word)
  if (worded && indexed && !config.classNames)
    faults.push({
      code: 'data-class',
      message: 'the labels of one source are words, those of the other are numbers',
      path: ['test'],
    })
  else if (worded && names)
    for (const each of sources) faults.push(...strangers(each.facts, names, each.path))
  const found = Math.max(0, ...sources.map(each => each.facts.classes ?? 0))
  const asked = config.classes ?? config.classNames?.length
  const known = sources.every(each => each.facts.classes !== undefined)
  if (config.classes !== undefined && config.classNames && config.classNames.length !== config.classes)
    faults.push({
      code: 'data-class',
      message: `${config.classNames.length} names for ${config.classes} classes`,
      path: ['classNames'],
    })
  if (asked !== undefined && found > asked)
    faults.push({
      code: 'data-class',
      message: `the labels go up to ${found - 1}, which makes ${found} classes; ${asked} are declared`,
      path: [config.classes === undefined ? 'classNames' : 'classes'],
    })
  const classes = asked ?? names?.length ?? (known ? found : undefined)
  return { ...(classes === undefined ? {} : { classes }), ...(names ? { classNames: names } : {}) }
}

const targetsOf = ({ classes }: SourceFacts): Classes => (classes === undefined ? {} : { classes })

/** Classes without examples that are told by name; a label of six digits leaves a million of them. */
const mostNamed = 8

const emptyClasses = ({ classes, classNames }: Classes, facts: SourceFacts): Fault[] => {
  if (classes === undefined || !facts.perClass) return []
  const named: string[] = []
  let absent = 0
  for (let i = 0; i < classes; i++) {
    if (facts.perClass[i]) continue
    if (absent++ < mostNamed) named.push(classNames?.[i] ?? `${i}`)
  }
  if (absent === 0) return []
  return [
    {
      code: 'data-class-empty',
      severity: 'warning',
      message: `no example of ${absent === 1 ? 'class' : 'classes'} ${named.join(', ')}${absent > mostNamed ? ', …' : ''}`,
      path: ['source'],
      hint: 'Class indices count from 0.',
    },
  ]
}

/** Sizes of the splits, those of a test source included. */
const sizesOf = (
  config: DatasetConfig,
  facts: Required<Pick<Facts, 'source'>> & Facts,
): { readonly sizes: SplitSizes; readonly faults: readonly Fault[] } => {
  const { sizes, faults } = splitSizes(config.split ?? { train: 1 }, facts.source.examples)
  const under = faults.map(fault => ({ ...fault, path: ['split', ...(fault.path ?? [])] }))
  if (config.test === undefined) return { sizes, faults: under }
  return { sizes: facts.test ? { ...sizes, test: facts.test.examples } : sizes, faults: under }
}

/** Offsets and scales that a dataset may carry: they are numbers of its description, not of its body. */
const mostConstants = 1_000_000

/** Offsets that a normalization is fitted to: one for each number of an example, one for each channel, or one. */
const constantsOf = (normalize: DatasetConfig['normalize'], shape: readonly number[]): number => {
  const over = normalize?.standardize ?? normalize?.minMax
  return over === 'feature' ? product(shape) : over === 'channel' ? (shape.at(-1) ?? 1) : 1
}

/** All that follows from config and headers: the description where it can be told, and every fault. */
export const describeDataset = (
  config: DatasetConfig,
  facts: Facts,
): { readonly description?: DatasetDescription; readonly faults: readonly Fault[] } => {
  const faults: Fault[] = []
  if (config.test !== undefined && config.split?.test !== undefined)
    faults.push({
      code: 'split-twice',
      message: 'the test split has a source of its own and a part of the other',
      path: ['split', 'test'],
      hint: 'Keep one of the two.',
    })
  const fitted = config.normalize?.standardize ?? config.normalize?.minMax
  if (fitted !== undefined && config.split && config.split.train === undefined)
    faults.push({
      code: 'normalize-fit',
      message: 'normalization is fitted on the train split, and there is none',
      path: ['normalize'],
      hint: 'Give `split` a `train`, or use `divide`.',
    })
  const { source, test } = facts
  if (!source || (config.test !== undefined && !test)) return { faults }
  const shape = config.shape ?? source.shape
  if (product(shape) !== product(source.shape))
    faults.push({
      code: 'data-shape',
      message: `an example has ${product(source.shape)} numbers (${written(source.shape)}), not ${product(shape)} (${written(shape)})`,
      path: ['shape'],
    })
  if (test && written(test.shape) !== written(source.shape))
    faults.push({
      code: 'data-shape',
      message: `an example of test is ${written(test.shape)}, one of source is ${written(source.shape)}`,
      path: ['test'],
    })
  const constants = constantsOf(config.normalize, shape)
  if (constants > mostConstants)
    faults.push({
      code: 'normalize-fit',
      message: `normalization would have ${constants} constants, one for each ${fitted}; at most ${mostConstants} are kept`,
      path: ['normalize'],
      hint: 'Use `all`, or `divide`.',
    })
  const regression = config.task === 'regression'
  if (regression && test && test.classes !== source.classes)
    faults.push({
      code: 'data-shape',
      message: `test has ${test.classes} targets an example, source has ${source.classes}`,
      path: ['test'],
    })
  const classes: Classes = regression ? targetsOf(source) : classesOf(config, facts, faults)
  const { sizes, faults: splitFaults } = sizesOf(config, { ...facts, source })
  faults.push(...splitFaults)
  if (faults.length > 0) return { faults }
  if (!regression) faults.push(...emptyClasses(classes, source))
  return { description: { type: 'dataset', task: config.task, shape, ...classes, examples: sizes }, faults }
}
