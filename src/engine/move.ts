import { tf } from './tf.js'

/** Rules that an engine may have as one kernel, in the order of their numbers there. */
export const moveRules = [
  'sgd',
  'momentum',
  'adam',
  'adamax',
  'nadam',
  'lion',
  'rmsprop',
  'adagrad',
  'adadelta',
] as const
export type MoveRule = (typeof moveRules)[number]

/** The kernel's name among those of tfjs. */
export const moveKernel = 'TrimtabMove'

export interface Move {
  readonly rule: MoveRule
  /** The rule's numbers as its kernel wants them (kernels/assembly/moves.ts), rounded to float32 there. */
  readonly numbers: readonly number[]
}

export interface Moved {
  readonly weight: tf.Tensor
  /** As many as were given, in their order. */
  readonly slots: readonly tf.Tensor[]
}

/** Has the engine of this thread the kernel? wasm has; the others compose the same step of tensor operations. */
export const canMove = (): boolean => tf.getKernel(moveKernel, tf.getBackend()) !== undefined

/** `keep`·weight plus what the rule adds, times the mask where there is one (shaped as the weight): one pass, new tensors. */
export const moveWeight = (
  { rule, numbers }: Move,
  weight: tf.Tensor,
  gradient: tf.Tensor,
  slots: readonly tf.Tensor[],
  { keep = 1, mask }: { readonly keep?: number; readonly mask?: tf.Tensor | undefined },
): Moved => {
  const inputs: Record<string, tf.Tensor> = { weight, gradient }
  slots.forEach((slot, i) => (inputs[`slot${i}`] = slot))
  if (mask !== undefined) inputs['mask'] = mask
  const attrs = { rule, numbers: [...numbers], keep, slots: slots.length }
  const outs: tf.Tensor[] = tf.engine().runKernel(moveKernel, inputs, attrs)
  return { weight: outs[0]!, slots: outs.slice(1) }
}
