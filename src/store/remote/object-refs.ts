import type { ObjectRef } from '../../core/artifact.js'
import type { Digest } from '../../core/brand.js'
import type { StoredResult } from '../store.js'

/** The objects of a result, each once. */
export const objectRefsOf = ({ output }: Pick<StoredResult, 'output'>): readonly ObjectRef[] => [
  ...new Map<Digest, ObjectRef>(
    Object.values(output.outputs).flatMap(({ objects }) =>
      Object.values(objects).map(object => [object.digest, object] as const),
    ),
  ).values(),
]

const isDigest = (value: unknown): boolean => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)

/** A result's checksum says that it is as it was written, not that it was written by us. */
export const hasSoundObjects = (result: StoredResult): boolean => {
  try {
    return objectRefsOf(result).every(
      ({ digest, bytes }) => isDigest(digest) && Number.isSafeInteger(bytes) && bytes >= 0,
    )
  } catch {
    return false
  }
}
