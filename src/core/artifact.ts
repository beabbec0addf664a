import type { Digest } from './brand.js'
import { digestValue } from './hash.js'

/** What a port may carry. */
export type ArtifactType = 'model' | 'dataset' | 'metrics' | 'file'

/** A named object of an artifact's body, in the store. */
export interface ObjectRef {
  readonly digest: Digest
  readonly bytes: number
}

/**
 * A finished output of a step. `digest` names the whole (the digest of its canonical `{type, objects, meta}`);
 * its body is one or more objects in the store. `meta` is plain JSON, small enough to print.
 */
export interface Artifact<Meta = Record<string, unknown>> {
  readonly type: ArtifactType
  readonly digest: Digest
  /** Payload: for a model its weights with their scales, in bytes. */
  readonly bytes: number
  /** All objects together, in bytes. */
  readonly storedBytes: number
  readonly objects: Readonly<Record<string, ObjectRef>>
  readonly meta: Meta
}

/**
 * Numbers by the data split that they were measured on: `{test: {accuracy: 0.97}}`.
 * Facts that need no data (parameters, bytes, macs, sparsity) stand under `model`.
 */
export type Metrics = Readonly<Record<string, Readonly<Record<string, number>>>>

/** An artifact of stored objects. `bytes` is its payload; absence: all of its objects together. */
export const makeArtifact = <Meta extends Record<string, unknown>>(
  type: ArtifactType,
  objects: Readonly<Record<string, ObjectRef>>,
  meta: Meta,
  bytes?: number,
): Artifact<Meta> => {
  const storedBytes = Object.values(objects).reduce((sum, object) => sum + object.bytes, 0)
  return {
    type,
    digest: digestValue({ type, objects, meta }),
    bytes: bytes ?? storedBytes,
    storedBytes,
    objects,
    meta,
  }
}
