import { isDeepStrictEqual } from 'node:util'
import type { Artifact } from '../../core/artifact.js'
import type { Digest } from '../../core/brand.js'
import { ProblemError } from '../../core/problem.js'
import { fromBytes, type ArrayName } from '../../data/numbers.js'
import type { DatasetMeta } from '../../data/store-dataset.js'
import { arrayDifference, type ArrayDifference } from '../../judge/array-difference.js'
import type { OutputDifference } from '../../judge/reproduction.js'
import type { Model } from '../../model/model.js'
import { toFloat } from '../../model/quantization.js'
import { loadModel } from '../../model/store-model.js'

type Open = (digest: Digest) => Promise<Uint8Array>

/** An artifact with where its objects lie. */
export interface Side {
  readonly artifact: Artifact
  readonly open: Open
}

/** What differs inside of two artifacts. */
type Inside = Required<Pick<OutputDifference, 'arrays' | 'of' | 'otherwise'>>

interface Named {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: ArrayLike<number>
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** Arrays of one name and shape value by value; what has no partner in words. */
const compareNamed = (was: readonly Named[], is: readonly Named[]): Inside => {
  const before = new Map(was.map(each => [each.name, each]))
  const names = new Set(is.map(({ name }) => name))
  const arrays: ArrayDifference[] = []
  const otherwise = was.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is gone`)
  for (const { name, shape, values } of is) {
    const other = before.get(name)
    if (!other) otherwise.push(`${name} is new`)
    else if (!isDeepStrictEqual(other.shape, shape))
      otherwise.push(`${name} had the shape ${shapeText(other.shape)}, has ${shapeText(shape)}`)
    else {
      const found = arrayDifference(name, shape, other.values, values)
      if (found) arrays.push(found)
    }
  }
  return { arrays: arrays.sort((a, b) => b.greatest - a.greatest), of: is.length, otherwise }
}

/** Integers as the floats that they stand for: a step of a coarse scale is further than one of a fine scale. */
const tensorsOf = ({ weights, marks }: Model): Named[] => [
  ...weights.map(weight => ({ name: weight.name, shape: weight.shape, values: toFloat(weight) })),
  ...weights.flatMap(({ name, shape }) => {
    const values = marks.masks.get(name)
    return values ? [{ name: `mask of ${name}`, shape, values }] : []
  }),
]

const compareModels = async (was: Side, is: Side): Promise<Inside> => {
  const [before, now] = [await loadModel(was.artifact, was.open), await loadModel(is.artifact, is.open)]
  const found = compareNamed(tensorsOf(before), tensorsOf(now))
  const ranges = [...new Set([...before.marks.activations.keys(), ...now.marks.activations.keys()])].filter(
    layer => !isDeepStrictEqual(before.marks.activations.get(layer), now.marks.activations.get(layer)),
  )
  return {
    ...found,
    otherwise: [
      ...(isDeepStrictEqual(before.network, now.network) ? [] : ['its layers differ']),
      ...found.otherwise,
      ...(ranges.length > 0 ? [`ranges of outputs differ: ${ranges.join(', ')}`] : []),
    ],
  }
}

const arraysOfDataset = async ({ artifact, open }: Side): Promise<Named[]> => {
  const { description, dtypes } = artifact.meta as unknown as DatasetMeta
  const arrays: Named[] = []
  for (const [name, { digest }] of Object.entries(artifact.objects)) {
    const [role, split = ''] = name.split('-', 2)
    const type: ArrayName =
      role === 'features' ? (dtypes[split as 'test'] ?? 'uint8') : role === 'labels' ? 'int32' : 'float32'
    const values = fromBytes(type, await open(digest))
    const count = description.examples[split as 'test'] ?? 0
    const width = count > 0 ? values.length / count : values.length
    const shape = role === 'features' ? [count, ...description.shape] : width === 1 ? [count] : [count, width]
    arrays.push({ name, shape, values })
  }
  return arrays
}

const compareDatasets = async (was: Side, is: Side): Promise<Inside> => {
  const [before, now] = [was.artifact.meta, is.artifact.meta] as unknown as DatasetMeta[]
  const found = compareNamed(await arraysOfDataset(was), await arraysOfDataset(is))
  const meta = (['description', 'normalization'] as const).filter(
    name => !isDeepStrictEqual(before![name], now![name]),
  )
  return { ...found, otherwise: [...meta.map(name => `its ${name} differs`), ...found.otherwise] }
}

const bitsApart = (was: Uint8Array, is: Uint8Array): number => {
  let count = 0
  for (let at = 0; at < Math.max(was.length, is.length); at++)
    for (let rest = (was[at] ?? 0) ^ (is[at] ?? 0); rest > 0; rest &= rest - 1) count++
  return count
}

/** `correct-test` holds one bit an example: each that differs is an example that is answered otherwise. */
const compareBodies = async (was: Side, is: Side): Promise<Inside> => {
  const names = new Set([...Object.keys(was.artifact.objects), ...Object.keys(is.artifact.objects)])
  const otherwise: string[] = []
  for (const name of names) {
    const [before, now] = [was.artifact.objects[name], is.artifact.objects[name]]
    if (before?.digest === now?.digest) continue
    if (!before || !now) otherwise.push(`${name} is ${before ? 'gone' : 'new'}`)
    else {
      const [old, fresh] = [await was.open(before.digest), await is.open(now.digest)]
      if (name.startsWith('correct-') && is.artifact.type === 'metrics')
        otherwise.push(`${name}: ${bitsApart(old, fresh)} examples are answered otherwise`)
      else {
        const at = old.findIndex((byte, index) => byte !== fresh[index])
        const sizes =
          old.length === fresh.length
            ? `${old.length} bytes`
            : `${old.length} bytes then, ${fresh.length} now`
        otherwise.push(`${name} (${sizes}) differs from byte ${at === -1 ? old.length : at} on`)
      }
    }
  }
  return { arrays: [], of: 0, otherwise }
}

const inside = (was: Side, is: Side): Promise<Inside> => {
  if (was.artifact.type !== is.artifact.type || was.artifact.type === 'file') return compareBodies(was, is)
  if (was.artifact.type === 'model') return compareModels(was, is)
  return was.artifact.type === 'dataset' ? compareDatasets(was, is) : compareBodies(was, is)
}

/** How an output differs from the one that was recorded, as far as the objects of both are still there. */
export const compareArtifacts = async (output: string, was: Side, is: Side): Promise<OutputDifference> => {
  const named = { output, type: is.artifact.type, was: was.artifact.digest, is: is.artifact.digest }
  try {
    const { arrays, of, otherwise } = await inside(was, is)
    return {
      ...named,
      ...(of > 0 ? { arrays, of } : {}),
      ...(otherwise.length > 0 ? { otherwise } : {}),
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const gone = error.problems.some(({ code }) => code === 'object-gone')
    return {
      ...named,
      unknown: gone
        ? 'the recorded bytes are no longer in the store, so there are only digests to compare'
        : error.message,
    }
  }
}
