import type { LayerType } from './layer-type.js'
import { activation } from './layers/activation.js'
import { averagePooling1d } from './layers/average-pooling1d.js'
import { averagePooling2d } from './layers/average-pooling2d.js'
import { batchNormalization } from './layers/batch-normalization.js'
import { conv1d } from './layers/conv1d.js'
import { conv2d } from './layers/conv2d.js'
import { conv3d } from './layers/conv3d.js'
import { dense } from './layers/dense.js'
import { dropout } from './layers/dropout.js'
import { flatten } from './layers/flatten.js'
import { globalAveragePooling1d } from './layers/global-average-pooling1d.js'
import { globalAveragePooling2d } from './layers/global-average-pooling2d.js'
import { globalMaxPooling1d } from './layers/global-max-pooling1d.js'
import { globalMaxPooling2d } from './layers/global-max-pooling2d.js'
import { maxPooling1d } from './layers/max-pooling1d.js'
import { maxPooling2d } from './layers/max-pooling2d.js'

/** Every layer type that Trimtab knows, in the order of the docs. */
export const layerTypes: readonly LayerType[] = [
  conv1d,
  conv2d,
  conv3d,
  dense,
  flatten,
  dropout,
  activation,
  batchNormalization,
  maxPooling1d,
  maxPooling2d,
  averagePooling1d,
  averagePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
]

const byName = new Map(layerTypes.map(layer => [layer.type, layer]))

/** Names of all layer types. */
export const layerNames: readonly string[] = layerTypes.map(layer => layer.type)

/** A layer type by name; undefined where there is none. */
export const findLayerType = (type: string): LayerType | undefined => byName.get(type)

/** The layer type of a resolved node. Throws for a name that is not in the catalogue: resolving has refused it. */
export const layerTypeOf = (type: string): LayerType => {
  const found = byName.get(type)
  if (!found) throw new Error(`no layer type "${type}"`)
  return found
}
