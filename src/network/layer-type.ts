import type { Static, TObject } from 'typebox'

/** Shape of one example, without the batch. */
export type Shape = readonly number[]

/** Why a layer cannot take its inputs. `key`: the field of its config to blame; absence: the layer as a whole. */
export interface Misfit {
  readonly misfit: string
  readonly key?: string
  readonly hint?: string
}

export const misfit = (message: string, more: { key?: string; hint?: string } = {}): Misfit => ({
  misfit: message,
  ...more,
})

export const isMisfit = (result: Shape | Misfit): result is Misfit => 'misfit' in result

/**
 * What an axis of a weight runs over: the channels (last axis) of the layer's first input or of its output,
 * `inEach` positions for every input channel, or neither (`-`).
 */
export type AxisRole = 'in' | 'out' | '-' | { readonly inEach: number }

/** One weight of a layer type, named in Keras's words. */
export interface WeightPart {
  readonly weight: string
  readonly shape: Shape
  /** One role an axis. */
  readonly axes: readonly AxisRole[]
  /** Absent: true. Moving statistics are not trained. */
  readonly trainable?: boolean
  /** Name of the initializer, one of `initializerNames`. */
  readonly initializer: string
  /**
   * Multiply–accumulates for one example that each element takes part in. Counted is every product of a weight
   * with an input value that is added into a sum: convolutions (padding counted as data), dense and recurrent
   * kernels. Not counted are biases, normalizations, activations, pooling and element-wise layers. 0 if absent.
   */
  readonly macsEach?: number
}

/**
 * How a layer's output channels hang on its input channels (channels: the last axis).
 * - `makes`: new channels, as many as `width` in its config says; input channels are summed up. `locked`: why
 *   none of the new channels may be removed.
 * - `keeps`: each input channel becomes `each` (1 if absent) neighbouring output channels by itself.
 * - `flattens`: output position p holds input channel p mod channels.
 * - `ties`: element by element over several inputs, so channel i of all inputs goes or stays together.
 * - `joins`: the inputs' channels one after another.
 * - `locks`: no channel going in or out may be removed, and why.
 */
export type Channels =
  | { readonly kind: 'makes'; readonly width: string; readonly locked?: string }
  | { readonly kind: 'keeps'; readonly each?: number }
  | { readonly kind: 'flattens' }
  | { readonly kind: 'ties' }
  | { readonly kind: 'joins' }
  | { readonly kind: 'locks'; readonly why: string }

/** A layer type of the catalogue: all that can be said of it without a tensor library. */
export interface LayerType<P extends TObject = TObject> {
  /** The name in recipes: `conv2d`. */
  readonly type: string
  /** Class name in tfjs and Keras files: `Conv2D`. */
  readonly className: string
  /** Fields of its config, without `name` and `from`; its description is the layer's. */
  readonly params: P
  /** Takes two or more inputs. Absence: exactly one. */
  readonly merges?: boolean
  shape(config: Static<P>, inputs: readonly Shape[]): Shape | Misfit
  /** In Keras's order. Asked only with inputs that fit. Absence: none. */
  weights?(config: Static<P>, inputs: readonly Shape[], output: Shape): readonly WeightPart[]
  channels(config: Static<P>, inputs: readonly Shape[]): Channels
  /** Why it cannot be trained through, in a sentence; undefined or absent where it can. */
  untrainable?(config: Static<P>): string | undefined
}

/** Declares a layer type; keeps the type of its config inside. */
export const defineLayer = <P extends TObject>(layer: LayerType<P>): LayerType<P> => layer

/** `28×28×1`. */
export const formatShape = (shape: Shape): string =>
  shape.length === 0 ? 'a single number' : shape.join('×')

/** Elements in a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

/** The last axis. */
export const channelsOf = (shape: Shape): number => shape.at(-1) ?? 1
