import type { Take } from '../../engine/graph/compare.js'
import type { Wanted } from '../../engine/graph/emit.js'
import type { Recording } from '../../engine/graph/recorder.js'
import { record } from '../../engine/graph/recorder.js'
import { tf } from '../../engine/tf.js'
import { clipGradients } from '../clip.js'
import { asExamples } from '../examples.js'
import { allFinite, gradientsOf } from '../gradient-step.js'
import {
  feedAll,
  feedNoise,
  feedScalars,
  feedScale,
  moved,
  roundedBefore,
  seeing,
  stateBefore,
} from './record-step.js'
import type { NoiseFeed, RecordedParts, Sample } from './record-step.js'

/** The shapes of gradients, by weight. */
export type Shapes = ReadonlyMap<string, readonly number[]>

/** A part of a batch: adds its gradients to what the parts before it gave. */
export interface RecordedPart extends Take {
  /** The same for the first part of a batch, whose gradients are all there is. */
  readonly first: Wanted
  readonly noise: readonly NoiseFeed[]
  readonly shapes: Shapes
}

/** Records the gradients of a part of a batch; `share` is what it counts for. `like` as in `recordStep`. */
export const recordPart = (
  parts: RecordedParts,
  sample: Sample & { readonly share: number },
  like?: Recording,
): RecordedPart => {
  const noise: NoiseFeed[] = []
  const { recording, result } = record(recorder => {
    stateBefore(recorder, parts)
    const share = tf.scalar(sample.share)
    recorder.feed('share', share)
    const inputs = {
      examples: asExamples(feedAll(recorder, 'batch', sample.batch)),
      fed: feedAll(recorder, 'given', sample.given),
      draws: feedNoise(recorder, sample.random, noise),
      ...(sample.lossScale === undefined ? {} : { lossScale: feedScale(recorder, sample.lossScale) }),
    }
    const { loss, output, gradients } = seeing(parts, roundedBefore(recorder, parts), () =>
      gradientsOf(parts, inputs, share),
    )
    const [begun, added] = [new Map<string, number>(), new Map<string, number>()]
    const shapes = new Map<string, readonly number[]>()
    for (const [name, gradient] of gradients) {
      const sum = tf.zeros(gradient.shape)
      recorder.state(`sum:${name}`, sum)
      begun.set(`sum:${name}`, recorder.idOf(gradient))
      added.set(`sum:${name}`, recorder.idOf(tf.add(sum, gradient)))
      shapes.set(name, gradient.shape)
    }
    const fetches = new Map([
      ['loss', recorder.idOf(loss)],
      ['output', recorder.idOf(output)],
    ])
    output.dispose()
    return { wanted: { fetches, updates: added }, first: { fetches, updates: begun }, shapes }
  }, like)
  // Where it strayed from `like` there is no result, and the recording says so.
  return { recording, noise, ...result }
}

/**
 * Records how the weights move along the sums of all parts; `like` as in `recordStep`. It gives `finite`, whether the
 * sums are, where the loss is scaled, else `done`, which means nothing.
 */
export const recordMove = (
  parts: RecordedParts,
  sample: Pick<Sample, 'learningRate' | 'lossScale'>,
  shapes: Shapes,
  like?: Recording,
): Take => {
  const { recording, result } = record(recorder => {
    const before = stateBefore(recorder, parts)
    const scalars = feedScalars(recorder, parts, sample.learningRate)
    const sums = new Map<string, tf.Tensor>()
    for (const [name, shape] of shapes) {
      const sum = tf.zeros([...shape])
      recorder.state(`sum:${name}`, sum)
      sums.set(name, sum)
    }
    const finite = sample.lossScale === undefined ? undefined : allFinite([...sums.values()])
    parts.optimizer.move(clipGradients(sums, parts.clip), scalars)
    const updates = moved(recorder, parts, before, finite)
    const fetches = new Map([
      finite ? ['finite', recorder.idOf(finite)] : ['done', recorder.idOf(tf.scalar(1))],
    ])
    return { fetches, updates }
  }, like)
  return { recording, wanted: result }
}
