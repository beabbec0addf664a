import type { Network } from './network.js'

/** Types of layers that in training give an example another output when the rest of its batch is another one. */
const types: ReadonlySet<string> = new Set(['batchNormalization'])

/**
 * Names of the layers that look across the batch in training. A network that has one means something else when its
 * batches are taken in parts: statistics over 16 examples are not those over 64 (Wu & Johnson 2021, "Rethinking 'Batch' in BatchNorm").
 */
export const layersAcrossBatch = ({ layers }: Network): readonly string[] =>
  layers.filter(({ type }) => types.has(type)).map(({ name }) => name)
