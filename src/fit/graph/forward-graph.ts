import type { Binding, Numbers } from '../../engine/graph/binding.js'
import { nativeBackend } from '../../engine/graph/binding.js'
import { frozen } from '../../engine/graph/compare.js'
import type { Take } from '../../engine/graph/compare.js'
import type { Signature } from '../../engine/graph/emit.js'
import { Program } from '../../engine/graph/program.js'
import type { Recording } from '../../engine/graph/recorder.js'
import { record } from '../../engine/graph/recorder.js'
import { openSession } from '../../engine/graph/session.js'
import { tf } from '../../engine/tf.js'
import type { Plain } from '../examples.js'
import type { Compute, Computed } from '../forward.js'
import { NotRecordable } from './not-recordable.js'

/** What is computed of a batch, as one graph. The weights are as they were when it was opened. */
export interface ForwardGraph {
  /** For a batch of a size that it was made for. */
  run(x: Float32Array, count: number): Computed
  dispose(): void
}

const bindingHere = (): Binding => {
  const backend = nativeBackend()
  if (backend === undefined) throw new NotRecordable('only the native engine runs graphs')
  return backend.binding
}

interface Taken extends Take {
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

/** Recorded twice, since what JavaScript computes would be frozen in a graph. Throws `NotRecordable`. */
const take = (compute: Compute, kind: 'feed' | 'state', x: () => tf.Tensor): Taken => {
  const once = (like?: Recording) => {
    const { recording, result } = record(recorder => {
      const given = x()
      recorder[kind]('x', given)
      const wanted = Object.entries(compute(given))
      return {
        fetches: new Map(wanted.map(([name, tensor]) => [name, recorder.idOf(tensor)])),
        shapes: new Map(wanted.map(([name, tensor]) => [name, tensor.shape])),
      }
    }, like)
    if (recording.impure !== undefined) throw new NotRecordable(recording.impure)
    return { recording, wanted: { fetches: result.fetches }, shapes: result.shapes }
  }
  const taken = once()
  const why = frozen(taken, once(taken.recording))
  if (why !== undefined) throw new NotRecordable(why)
  return taken
}

/** A graph for batches of these sizes. Throws `NotRecordable`. */
export const forwardGraph = (
  compute: Compute,
  inputShape: readonly number[],
  sizes: readonly number[],
): ForwardGraph => {
  const binding = bindingHere()
  const program = new Program(binding)
  const made = new Map<number, { readonly signature: Signature; readonly shapes: Taken['shapes'] }>()
  for (const size of sizes) {
    const { recording, wanted, shapes } = take(compute, 'feed', () => tf.zeros([size, ...inputShape]))
    made.set(size, { signature: program.add(`forward${size}`, recording, wanted), shapes })
  }
  const session = openSession(binding, program, new Map())
  // The weights lie in the session now.
  program.captured.clear()
  return {
    run: (x, count) => {
      const found = made.get(count)
      if (found === undefined) throw new Error(`no graph of ${count} examples was recorded`)
      const results = session.run(found.signature, new Map([['x', x]]))
      return Object.fromEntries(
        [...results].map(([name, values]) => [
          name,
          { values: values as Float32Array, shape: found.shapes.get(name)! },
        ]),
      )
    },
    dispose: () => session.dispose(),
  }
}

/** The same batch again and again, which lies in the session. */
export interface PassGraph {
  /** Computes, and brings the results back. */
  run(): ReadonlyMap<string, Numbers>
  dispose(): void
}

/** A graph of one batch. It has run once, so that TensorFlow has optimized it. Throws `NotRecordable`. */
export const passGraph = (compute: Compute, { values, shape }: Plain): PassGraph => {
  const binding = bindingHere()
  const program = new Program(binding)
  const { recording, wanted } = take(compute, 'state', () => tf.tensor(values, [...shape]))
  const signature = program.add('pass', recording, wanted)
  const session = openSession(binding, program, new Map([['x', values]]))
  program.captured.clear()
  const run = (): ReadonlyMap<string, Numbers> => session.run(signature, new Map())
  run()
  return { run, dispose: () => session.dispose() }
}
