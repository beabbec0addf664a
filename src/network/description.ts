import type { Network } from './network.js'

/** A predicted or measured count: exact, or a range where only training can tell (a global ranking). */
export type Figure = { readonly exact: number } | { readonly low: number; readonly high: number }

export const exact = (value: number): Figure => ({ exact: value })
export const range = (low: number, high: number): Figure => (low === high ? { exact: low } : { low, high })
export const lowest = (figure: Figure): number => ('exact' in figure ? figure.exact : figure.low)
export const highest = (figure: Figure): number => ('exact' in figure ? figure.exact : figure.high)

/** How numbers are kept on the wire and in the file. */
export interface Quantized {
  /** `int8`, `int32` …; absence: float32. */
  readonly weights?: string
  readonly activations?: string
}

/** What is known of a model without its weights. Stands in a model artifact's meta as `description`, all exact. */
export interface ModelDescription {
  readonly type: 'model'
  readonly format: 'layers' | 'onnx'
  /** Absent where shapes are not known before a step has run (global structural pruning). */
  readonly network?: Network
  /**
   * Beside an absent `network`: the same layers, each at most and each at least as wide as it will be. In predictions
   * only; a model that is there has its network.
   */
  readonly between?: { readonly narrowest: Network; readonly widest: Network }
  readonly inputShape: readonly number[]
  readonly outputShape: readonly number[]
  /** All weights, trainable or not. */
  readonly parameters: Figure
  /** Weights that are not zero. */
  readonly nonZero: Figure
  /** Multiply–accumulate operations for one example. */
  readonly macs: Figure
  /** Payload of the weights with their scales. */
  readonly bytes: Figure
  readonly quantized: Quantized
  readonly classNames?: readonly string[]
}
