import { basename } from 'node:path'
import type { Fault } from '../core/problem.js'
import type { ArrayHeader } from './array-header.js'
import { countCsv, openCsv } from './csv.js'
import type { ArrayPair, SourceFacts } from './facts.js'
import { type Attempt, attempt } from './fault.js'
import { readIdxHeader } from './idx.js'
import { checkLabels, readClasses } from './labels.js'
import { readNpyHeader } from './npy.js'
import { readNpzHeader } from './npz.js'
import { unreadable } from './fault.js'
import type { Reading } from './place.js'
import type { Source, SourceOf, Task } from './tables.js'
import { readZip } from './zip.js'

export type ArraySource = SourceOf<'idx' | 'npy' | 'npz'>

/** Config keys that name the two arrays of a source. */
const keysOf = (source: ArraySource): readonly [string, string] =>
  source.type === 'idx' ? ['images', 'labels'] : ['features', 'labels']

const headersOf = async (
  source: ArraySource,
  reading: Reading,
): Promise<[Attempt<ArrayHeader>, Attempt<ArrayHeader>]> => {
  const [first, second] = keysOf(source)
  if (source.type === 'idx')
    return [
      await attempt([first], () => readIdxHeader(source.images, reading)),
      await attempt([second], () => readIdxHeader(source.labels, reading)),
    ]
  if (source.type === 'npy')
    return [
      await attempt([first], () => readNpyHeader(source.features, reading)),
      await attempt([second], () => readNpyHeader(source.labels, reading)),
    ]
  const members = await attempt(['path'], () => readZip(source.path, reading))
  if (members.fault) return [members, { fault: members.fault }]
  const read = (key: string, name: string): Promise<Attempt<ArrayHeader>> =>
    attempt([key], () => readNpzHeader(members.value, basename(source.path), name))
  return [await read(first, source.features), await read(second, source.labels)]
}

const checkFeatures = ({ place, shape }: ArrayHeader): void => {
  if (shape.length < 2)
    unreadable(
      'file-shape',
      `${place.title} has ${shape.length} ${shape.length === 1 ? 'axis' : 'axes'} (${shape.join('×') || 'a single number'}); features have two or more: examples, then the shape of one`,
      { hint: 'It looks like labels: are the two files swapped?' },
    )
  if (shape.some(side => side === 0))
    unreadable('file-shape', `${place.title} is empty: its shape is ${shape.join('×')}`)
}

/** Headers of the two arrays of a source, each checked by itself and against the other. */
export const readPair = async (
  source: ArraySource,
  task: Task,
  reading: Reading,
): Promise<{ readonly pair?: ArrayPair; readonly faults: readonly Fault[] }> => {
  const [first, second] = await headersOf(source, reading)
  const faults = [first.fault, second.fault].filter(fault => fault !== undefined)
  const [featuresKey, labelsKey] = keysOf(source)
  // Each file is judged even where the other cannot be read, except that counts need both.
  const features =
    first.value && (await attempt([featuresKey], async () => (checkFeatures(first.value), first.value)))
  if (features?.fault) faults.push(features.fault)
  const counted = features?.value
  const labels =
    second.value &&
    (await attempt([labelsKey], async () => {
      const examples = counted?.shape[0] ?? second.value.shape[0] ?? 0
      checkLabels(second.value, task, examples, counted?.place.title ?? '')
      return second.value
    }))
  if (labels?.fault) faults.push(labels.fault)
  const unique = faults.filter((fault, i) => faults.findIndex(each => each.message === fault.message) === i)
  return counted && labels?.value
    ? { pair: { features: counted, labels: labels.value }, faults: unique }
    : { faults: unique }
}

/** Shape of one example; a picture of IDX without channels gets one. */
const exampleShape = (source: ArraySource, features: ArrayHeader): readonly number[] => {
  const shape = features.shape.slice(1)
  return source.type === 'idx' && shape.length === 2 ? [...shape, 1] : shape
}

const arrayFacts = async (source: ArraySource, task: Task, reading: Reading): Promise<Found> => {
  const { pair, faults } = await readPair(source, task, reading)
  if (!pair) return { faults }
  const { features, labels } = pair
  const known = { examples: features.shape[0]!, shape: exampleShape(source, features) }
  if (task === 'regression') return { facts: { ...known, classes: labels.shape[1] ?? 1 }, faults }
  const counts = await attempt([keysOf(source)[1]], () => readClasses(labels))
  if (counts.fault) return { faults: [counts.fault] }
  return {
    facts: counts.value ? { ...known, classes: counts.value.length, perClass: counts.value } : known,
    faults,
  }
}

export interface Found {
  readonly facts?: SourceFacts
  /** Paths inside the source's fields. */
  readonly faults: readonly Fault[]
}

/** Digits are ten classes of 28×28×1. */
const digitShape = [28, 28, 1] as const

/** What can be known of a source without reading its features: headers, small labels, and tables once through. */
export const inspectSource = async (source: Source, task: Task, reading: Reading): Promise<Found> => {
  if (source.type === 'digits') {
    if (task === 'regression')
      return {
        faults: [
          {
            code: 'dataset-task',
            message: 'digits are classes, not numbers to predict',
            hint: 'Leave out `task`.',
          },
        ],
      }
    return { facts: { examples: source.examples, shape: digitShape, classes: 10 }, faults: [] }
  }
  if (source.type !== 'csv') return arrayFacts(source, task, reading)
  const counted = await attempt([], async () => countCsv(await openCsv(source, task, reading)))
  if (!counted.fault) return { facts: counted.value, faults: [] }
  const { fault } = counted
  // What is wrong with the file as such stands at its path; a column that nobody named has no place of its own.
  const placed = fault.code === 'csv-column' || fault.path?.length ? fault : { ...fault, path: ['path'] }
  return { faults: [placed] }
}

/** Files that a source names. */
export const sourceFiles = (source: Source): readonly string[] => {
  if (source.type === 'digits') return []
  if (source.type === 'idx') return [source.images, source.labels]
  if (source.type === 'npy') return [source.features, source.labels]
  return [source.path]
}
