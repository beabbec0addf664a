import type { Artifact } from '../core/artifact.js'
import type { Digest } from '../core/brand.js'
import { fail } from '../core/problem.js'
import { type DatasetDescription, type SplitName, splitNames } from '../sources/description.js'
import type { Batch, Dataset, Split } from './dataset.js'
import { type Normalization, normalizer } from './normalization.js'
import { type Numbers, arrayTypes, fromBytes } from './numbers.js'
import type { DatasetMeta } from './store-dataset.js'

const damaged = (why: string): never =>
  fail(
    'dataset-damaged',
    `the stored dataset cannot be read: ${why}`,
    'Run the step that made it again: remove its result from the store, or start from an empty store.',
  )

interface Body {
  readonly name: SplitName
  readonly count: number
  readonly features: Numbers
  readonly labels: Int32Array
  readonly targets: Float32Array
}

const splitOf = (body: Body, description: DatasetDescription, normalization: Normalization): Split => {
  const { name, count, features, labels, targets } = body
  const size = description.shape.reduce((product, side) => product * side, 1)
  const length = description.task === 'regression' ? (description.classes ?? 1) : 0
  const normalize = normalizer(features, size, normalization)

  function* batches(batchSize: number, order?: Uint32Array): Generator<Batch> {
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new RangeError(`a batch of ${batchSize} examples`)
    const total = order?.length ?? count
    const most = Math.min(batchSize, total)
    const x = new Float32Array(most * size)
    const batchLabels = new Int32Array(labels.length > 0 ? most : 0)
    const batchTargets = new Float32Array(most * length)
    const indices = new Uint32Array(most)
    for (let start = 0; start < total; start += batchSize) {
      const taken = Math.min(batchSize, total - start)
      for (let i = 0; i < taken; i++) {
        const index = order ? order[start + i]! : start + i
        if (index >= count) throw new RangeError(`example ${index} of ${count}`)
        indices[i] = index
        normalize(features, index * size, x, i * size)
        if (length > 0) batchTargets.set(targets.subarray(index * length, (index + 1) * length), i * length)
        else batchLabels[i] = labels[index]!
      }
      yield {
        count: taken,
        x: x.subarray(0, taken * size),
        labels: batchLabels.subarray(0, taken),
        targets: batchTargets.subarray(0, taken * length),
        indices: indices.subarray(0, taken),
      }
    }
  }
  return { name, count, labels, batches }
}

/**
 * Opens a stored dataset. Its numbers stay where `open` has them (shared memory where the executor is in the same
 * process) and are normalized batch by batch. Throws ProblemError (`dataset-damaged`) where its objects do not fit.
 */
export const openDataset = async (
  artifact: Artifact,
  open: (digest: Digest) => Promise<Uint8Array>,
): Promise<Dataset> => {
  const { description, normalization, dtypes } = artifact.meta as Record<string, unknown> & DatasetMeta
  const size = description.shape.reduce((product, side) => product * side, 1)
  const splits = new Map<SplitName, Split>()
  const read = async (name: string, type: keyof typeof arrayTypes, numbers: number): Promise<Numbers> => {
    const object = artifact.objects[name]
    if (!object) return damaged(`it has no object "${name}"`)
    const bytes = await open(object.digest)
    const expected = numbers * arrayTypes[type].BYTES_PER_ELEMENT
    if (bytes.byteLength !== expected)
      return damaged(`"${name}" has ${bytes.byteLength} bytes where ${expected} are promised`)
    return fromBytes(type, bytes)
  }
  for (const name of splitNames) {
    const count = description.examples[name]
    const dtype = dtypes[name]
    if (count === undefined || dtype === undefined) continue
    const regression = description.task === 'regression'
    const features = await read(`features-${name}`, dtype, count * size)
    const labels = regression ? new Int32Array(0) : await read(`labels-${name}`, 'int32', count)
    const targets = regression
      ? await read(`targets-${name}`, 'float32', count * (description.classes ?? 1))
      : new Float32Array(0)
    splits.set(
      name,
      splitOf(
        { name, count, features, labels: labels as Int32Array, targets: targets as Float32Array },
        description,
        normalization,
      ),
    )
  }
  return { description, split: name => splits.get(name) }
}
