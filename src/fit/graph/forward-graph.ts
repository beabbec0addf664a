import type { Numbers } from '../../engine/graph/binding.js'
import { nativeBackend } from '../../engine/graph/binding.js'
import type { Signature } from '../../engine/graph/emit.js'
import { Program } from '../../engine/graph/program.js'
import { record } from '../../engine/graph/recorder.js'
import { openSession } from '../../engine/graph/session.js'
import { tf } from '../../engine/tf.js'
import type { Runnable } from '../../model/runnable.js'

/** A network in inference as one graph. Its weights are as they were when it was opened. */
export interface ForwardGraph {
  /** The output and the tapped layers' outputs of a batch, in the order of the taps; undefined for a count that it was not made for. */
  run(x: Float32Array, count: number): readonly Float32Array[] | undefined
  dispose(): void
}

/** A network for batches of these sizes; undefined where there is no native engine, or where it cannot be a graph. */
export const openForward = (
  runnable: Runnable,
  taps: readonly string[],
  sizes: readonly number[],
): ForwardGraph | undefined => {
  const backend = nativeBackend()
  if (backend === undefined) return undefined
  const { inputShape } = runnable.network
  const program = new Program(backend.binding)
  const signatures = new Map<number, Signature>()
  for (const size of sizes) {
    const { recording, result } = record(recorder => {
      const x = tf.zeros([size, ...inputShape])
      recorder.feed('x', x)
      const ran = runnable.forward(x, { taps: [...taps] })
      const wanted = [ran.output, ...taps.map(name => ran.taps[name]!)]
      return new Map(wanted.map((tensor, at) => [`${at}`, recorder.idOf(tensor)]))
    })
    if (recording.impure !== undefined) return undefined
    signatures.set(size, program.add(`forward${size}`, recording, { fetches: result }))
  }
  const session = openSession(backend.binding, program, new Map<string, Numbers>())
  return {
    run: (x, count) => {
      const signature = signatures.get(count)
      return (
        signature &&
        [...session.run(signature, new Map([['x', x]])).values()].map(each => each as Float32Array)
      )
    },
    dispose: () => session.dispose(),
  }
}
