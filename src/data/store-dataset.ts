import { type Artifact, makeArtifact } from '../core/artifact.js'
import type { Digest } from '../core/brand.js'
import { type DatasetDescription, type SplitName, splitNames } from '../sources/description.js'
import type { Normalization } from './normalization.js'
import { type ArrayName, type Numbers, arrayName, toBytes } from './numbers.js'

/** One split in memory, before it is stored. */
export interface SplitBody {
  /** As read, `count × ...shape`. */
  readonly features: Numbers
  /** Class indices (classification). */
  readonly labels?: Int32Array
  /** `count × classes` (regression). */
  readonly targets?: Float32Array
}

/** What a dataset artifact's meta holds. */
export interface DatasetMeta {
  readonly description: DatasetDescription
  readonly normalization: Normalization
  /** Type of the stored numbers, by split. */
  readonly dtypes: Readonly<Partial<Record<SplitName, ArrayName>>>
}

/**
 * Stores a dataset as an artifact: for each split the objects `features-<split>` (numbers of their own type,
 * little-endian, row-major, not normalized) and `labels-<split>` (int32) or `targets-<split>` (float32).
 */
export const storeDataset = async (
  description: DatasetDescription,
  normalization: Normalization,
  splits: Readonly<Partial<Record<SplitName, SplitBody>>>,
  put: (bytes: Uint8Array) => Promise<Digest>,
): Promise<Artifact> => {
  const objects: Record<string, { digest: Digest; bytes: number }> = {}
  const dtypes: Partial<Record<SplitName, ArrayName>> = {}
  const store = async (name: string, numbers: Numbers | undefined): Promise<void> => {
    if (numbers === undefined) return
    const bytes = toBytes(numbers)
    objects[name] = { digest: await put(bytes), bytes: bytes.byteLength }
  }
  for (const name of splitNames) {
    const split = splits[name]
    if (!split) continue
    dtypes[name] = arrayName(split.features)
    await store(`features-${name}`, split.features)
    await store(`labels-${name}`, split.labels)
    await store(`targets-${name}`, split.targets)
  }
  return makeArtifact('dataset', objects, { description, normalization, dtypes })
}
