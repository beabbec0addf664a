import type { Fault } from '../../core/problem.js'
import { timesOf } from '../../network/holding.js'
import { datasetBytes } from '../data-bytes.js'
import { type Inspection, type MemoryNeed, type Prediction, defineStep } from '../define-step.js'
import { openFiles } from '../../sources/open-files.js'
import type { Reading } from '../../sources/place.js'
import { inspectSource, sourceFiles } from '../../sources/source.js'
import { type Facts, describeDataset } from './describe.js'
import { type DatasetConfig, datasetFields, resolveSource, unpackedLimitOf } from './fields.js'
import { splitFaults } from './split-sizes.js'

/** Where a fault inside a source's fields stands in the step: a bare name has no fields. */
const placeOf = (config: DatasetConfig, key: 'source' | 'test', type: string): (string | number)[] =>
  typeof config[key] === 'string' ? [key] : [key, type]

const inspect = async (config: DatasetConfig): Promise<Inspection> => {
  const files = openFiles()
  try {
    return await inspectWith(config, { files, unpackedLimit: unpackedLimitOf(config) })
  } finally {
    await files.close()
  }
}

const inspectWith = async (config: DatasetConfig, reading: Reading): Promise<Inspection> => {
  const files: string[] = []
  const faults: Fault[] = []
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {}
  for (const key of ['source', 'test'] as const) {
    const written = config[key]
    if (written === undefined) continue
    const source = resolveSource(written)
    files.push(...sourceFiles(source))
    const found = await inspectSource(source, config.task, reading)
    faults.push(
      ...found.faults.map(fault => ({
        ...fault,
        path: [...placeOf(config, key, source.type), ...(fault.path ?? [])],
      })),
    )
    if (found.facts) facts[key] = found.facts
  }
  // Without facts nothing is predicted; what can be said without them is said here.
  if (faults.length > 0 && config.split)
    faults.push(
      ...splitFaults(config.split).map(fault => ({ ...fault, path: ['split', ...(fault.path ?? [])] })),
    )
  return { files: [...new Set(files)], faults, found: facts }
}

/** What was read, what was picked from it for the splits, and the bytes that are stored. */
const memory = (_: DatasetConfig, _inputs: unknown, outputs: Prediction['outputs']): MemoryNeed => {
  const description = outputs['dataset']
  if (description === undefined) return {}
  const bytes = datasetBytes({ from: '', description })
  return { bytes: bytes && timesOf(bytes, 3) }
}

export const dataset = defineStep({
  kind: 'dataset',
  revision: 1,
  params: datasetFields,
  lane: 'io',
  draws: true,
  produces: { dataset: 'dataset' },
  inspect,
  predict: (config, _inputs, found) => {
    const { description, faults } = describeDataset(config, (found as Facts | undefined) ?? {})
    return { outputs: description ? { dataset: description } : {}, faults }
  },
  memory,
})
