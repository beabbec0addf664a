import { tf } from '../../../src/engine/tf.js'

/** What an engine computed, by name. */
export type Figures = Map<string, Float32Array>

/** Reads tensors back, as engines whose data lie elsewhere want it, and lets go of them. */
export const readAll = async (tensors: Readonly<Record<string, tf.Tensor>>): Promise<Figures> => {
  const figures: Figures = new Map()
  for (const [name, tensor] of Object.entries(tensors))
    figures.set(name, Float32Array.from(await tensor.data()))
  tf.dispose(Object.values(tensors))
  return figures
}

/** Something to compute on the engine that is open. */
export interface Case {
  readonly run: () => Promise<Figures>
  /** Why the cpu engine cannot judge it: then wasm, which numeric differentiation has checked, is the oracle. */
  readonly cpuWrong?: string
}
