import type { Artifact } from '../../core/artifact.js'
import type { Digest, InstanceId } from '../../core/brand.js'
import type { Store } from '../../store/store.js'

/** Objects in memory that threads of this process share: each is read and verified once while steps that need it are ahead. */
export interface SharedObjects {
  /** Throws ProblemError where the object is gone or damaged. */
  open(digest: Digest): Promise<SharedArrayBuffer>
  /** These steps will read an instance's outputs. */
  expect(owner: InstanceId, readers: number): void
  /** The artifacts that an instance has, once it has them; other ones, where it was made again. */
  own(owner: InstanceId, artifacts: Iterable<Artifact>): void
  /** One of the readers is through; with the last, the owner's objects leave memory. */
  release(owner: InstanceId): void
  /** Bytes held now. */
  bytes(): number
}

export const sharedObjects = (store: Pick<Store, 'objects'>): SharedObjects => {
  const readers = new Map<InstanceId, number>()
  const owned = new Map<InstanceId, readonly Digest[]>()
  /** How many owners with readers ahead an object has: two models may share a weight. */
  const owners = new Map<Digest, number>()
  const held = new Map<Digest, Promise<SharedArrayBuffer>>()
  let total = 0

  const read = async (digest: Digest): Promise<SharedArrayBuffer> => {
    const bytes = await store.objects.get(digest)
    const shared = new SharedArrayBuffer(bytes.byteLength)
    new Uint8Array(shared).set(bytes)
    total += shared.byteLength
    return shared
  }
  const drop = (digest: Digest): void => {
    const leaving = held.get(digest)
    held.delete(digest)
    leaving?.then(
      shared => (total -= shared.byteLength),
      () => undefined,
    )
  }

  const disown = (owner: InstanceId): void => {
    for (const digest of owned.get(owner) ?? []) {
      const others = (owners.get(digest) ?? 1) - 1
      if (others > 0) owners.set(digest, others)
      else {
        owners.delete(digest)
        drop(digest)
      }
    }
    owned.delete(owner)
  }

  return {
    open: digest => {
      const there = held.get(digest)
      if (there) return there
      const reading = read(digest)
      held.set(digest, reading)
      // A damaged object may be mended before a retry: failure is not remembered.
      reading.catch(() => held.delete(digest))
      if (!owners.has(digest)) void reading.then(() => drop(digest)).catch(() => undefined)
      return reading
    },
    expect: (owner, count) => void readers.set(owner, (readers.get(owner) ?? 0) + count),
    own: (owner, artifacts) => {
      if (!readers.get(owner)) return
      disown(owner)
      const digests = new Set<Digest>()
      for (const artifact of artifacts)
        for (const object of Object.values(artifact.objects)) digests.add(object.digest)
      owned.set(owner, [...digests])
      for (const digest of digests) owners.set(digest, (owners.get(digest) ?? 0) + 1)
    },
    release: owner => {
      const left = (readers.get(owner) ?? 0) - 1
      readers.set(owner, left)
      if (left <= 0) disown(owner)
    },
    bytes: () => total,
  }
}
