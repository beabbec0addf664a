import { join } from 'node:path'
import type { ObjectRef } from '../../core/artifact.js'
import type { Digest } from '../../core/brand.js'
import { problem, ProblemError, type Problem } from '../../core/problem.js'
import type { Store } from '../store.js'
import type { Known } from './known.js'
import { limiter } from '../../core/limit.js'
import type { Line } from './line.js'
import { isPassing, problemIn, wrongBytes } from './remote-problem.js'
import { objectPath } from './remote.js'
import { writeStream } from './write-stream.js'

/** Objects on their way from a remote. */
export interface Bringing {
  /** Resolves when it is here, verified. Throws ProblemError where it cannot be had. */
  bring(object: ObjectRef): Promise<void>
  /** What was brought so far. */
  count(): { readonly objects: number; readonly bytes: number }
}

const transfersAtOnce = 8
/** A body that broke off is asked for again. */
const tries = 3

/** `wrong`: what is found to be so is noted there. */
export const makeBringing = (line: Line, local: Store, wrong: Known<Digest>): Bringing => {
  const { remote } = line
  const limited = limiter(transfersAtOnce)
  const underWay = new Map<Digest, Promise<void>>()
  let objects = 0
  let bytes = 0

  const transfer = async (object: ObjectRef): Promise<void> => {
    const path = objectPath(object.digest)
    const reading = await remote.read(path, object.bytes)
    if (!reading)
      throw new ProblemError(
        problem('remote-incomplete', `${remote.name} has no object ${object.digest}`, {
          hint: 'The step is made here, and a push completes it.',
        }),
      )
    try {
      const found = await writeStream(local.objects.path(object.digest), reading.chunks, {
        folder: join(local.folder, 'tmp'),
        most: object.bytes,
        keep: ({ digest }) => digest === object.digest,
      })
      if (found.digest === object.digest) return
      wrong.add(object.digest)
      const what =
        found.bytes < object.bytes
          ? `it has ${found.bytes} bytes in place of ${object.bytes}`
          : found.bytes > object.bytes
            ? `it has more than ${object.bytes} bytes`
            : 'its bytes do not have that digest'
      throw new ProblemError(wrongBytes(remote.name, path, what))
    } finally {
      reading.cancel()
    }
  }

  const bringOne = async (object: ObjectRef): Promise<void> => {
    if ((await local.objects.check(object.digest, 'remembered')) === undefined) return
    let last: Problem | undefined
    for (let attempt = 1; attempt <= tries; attempt++) {
      try {
        await transfer(object)
        line.succeeded()
        objects++
        bytes += object.bytes
        return
      } catch (error) {
        last = problemIn(error)
        if (!last || !isPassing(last) || line.isDown()) throw error
      }
    }
    throw new ProblemError(last!)
  }

  return {
    bring: object => {
      const already = underWay.get(object.digest)
      if (already) return already
      const bringing = limited(() => line.moving(() => bringOne(object))).finally(() =>
        underWay.delete(object.digest),
      )
      underWay.set(object.digest, bringing)
      return bringing
    },
    count: () => ({ objects, bytes }),
  }
}
