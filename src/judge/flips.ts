import type { Artifact } from '../core/artifact.js'
import type { Digest } from '../core/brand.js'
import { ProblemError } from '../core/problem.js'
import type { ComparedInstance, ComparedSide } from './compared-side.js'
import { subjectsOf, type Pair } from './figure-changes.js'
import type { Example, Flips } from './run-difference.js'

type OutputOf = ComparedInstance['outputs'][string]

/** The output that holds which examples of a split were answered rightly, one bit each. */
const answersOf = ({ outputs }: ComparedInstance, split: string): OutputOf | undefined =>
  Object.values(outputs).find(({ objects }) => objects[`correct-${split}`])

const examplesOf = (output: OutputOf, split: string): number | undefined =>
  (output.meta?.['examples'] as Readonly<Record<string, number>> | undefined)?.[split]

/** The dataset that an instance was measured on. */
const dataOf = (side: ComparedSide, { data }: ComparedInstance): OutputOf | undefined =>
  data === undefined
    ? undefined
    : side.instances.flatMap(each => Object.values(each.outputs)).find(({ digest }) => digest === data)

/** Are the examples of a split the same in both? Undefined where that cannot be told. */
const sameData = (
  was: OutputOf | undefined,
  is: OutputOf | undefined,
  split: string,
): boolean | undefined => {
  if (!was || !is) return undefined
  const parts = [`features-${split}`, `labels-${split}`]
  return parts.every(name => was.objects[name]?.digest === is.objects[name]?.digest)
}

const bytesOf = async (side: ComparedSide, digest: Digest | undefined): Promise<Uint8Array | undefined> => {
  if (digest === undefined) return undefined
  try {
    return await side.store.objects.get(digest)
  } catch (error) {
    if (error instanceof ProblemError) return undefined
    throw error
  }
}

/** The class of each example by its name; undefined where the store has no labels. */
const labelsOf = async (
  side: ComparedSide,
  data: OutputOf | undefined,
  split: string,
): Promise<((index: number) => string) | undefined> => {
  const bytes = await bytesOf(side, data?.objects[`labels-${split}`]?.digest)
  if (!bytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const description = (data as Artifact).meta?.['description'] as
    { readonly classNames?: readonly string[] } | undefined
  return index => {
    const label = view.getInt32(index * 4, true)
    return description?.classNames?.[label] ?? `${label}`
  }
}

/** Examples that one side answered rightly and the other wrongly, model by model; what cannot be told in `notes`. */
export const findFlips = async (
  pairs: readonly Pair[],
  a: ComparedSide,
  b: ComparedSide,
): Promise<{ readonly flipped: readonly Flips[]; readonly notes: readonly string[] }> => {
  const subject = subjectsOf(pairs)
  const flipped: Flips[] = []
  const notes = new Set<string>()
  for (const pair of pairs)
    for (const split of ['test', 'validation']) {
      const [was, is] = [answersOf(pair[0], split), answersOf(pair[1], split)]
      const name = `correct-${split}`
      if (!was || !is || was.objects[name]!.digest === is.objects[name]!.digest) continue
      const of = subject(pair)
      const data = dataOf(b, pair[1])
      if (sameData(dataOf(a, pair[0]), data, split) === false) {
        notes.add(`${of} was measured on other ${split} examples, so none of them can have flipped`)
        continue
      }
      const examples = examplesOf(is, split) ?? examplesOf(was, split)
      const before = await bytesOf(a, was.objects[name]!.digest)
      const now = await bytesOf(b, is.objects[name]!.digest)
      if (!before || !now || examples === undefined || before.length !== now.length) {
        notes.add(`which ${split} examples of ${of} flipped: a store no longer has the answers`)
        continue
      }
      const label = await labelsOf(b, data, split)
      const exampleOf = (index: number): Example => ({ index, ...(label ? { label: label(index) } : {}) })
      const right = (bits: Uint8Array, index: number): boolean =>
        ((bits[index >> 3]! >> (index & 7)) & 1) === 1
      const indices = Array.from({ length: examples }, (_, index) => index)
      flipped.push({
        of,
        split,
        examples,
        newlyRight: indices.filter(at => !right(before, at) && right(now, at)).map(exampleOf),
        newlyWrong: indices.filter(at => right(before, at) && !right(now, at)).map(exampleOf),
      })
    }
  return { flipped, notes: [...notes] }
}
