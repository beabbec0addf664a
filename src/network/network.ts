/** One layer of a network, resolved: defaults filled in, name given, inputs named. Plain JSON. */
export interface LayerNode {
  readonly name: string
  /** A name of the catalogue: `conv2d`, `dense`, `add`. */
  readonly type: string
  readonly config: Readonly<Record<string, unknown>>
  /** Layers whose outputs it takes; `input` is the network's own input. */
  readonly from: readonly string[]
}

/** A network as a directed acyclic graph with one input and one output. Plain JSON; layers in topological order. */
export interface Network {
  /** Shape of one example, without the batch: `[28, 28, 1]`. */
  readonly inputShape: readonly number[]
  readonly layers: readonly LayerNode[]
  /** Name of the layer whose output is the network's. */
  readonly output: string
}

/** What a `from` says for the network's own input. */
export const inputName = 'input'
