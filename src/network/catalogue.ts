import type { LayerType } from './layer-type.js'
import { activation } from './layers/activation.js'
import { add } from './layers/add.js'
import { alphaDropout } from './layers/alpha-dropout.js'
import { averagePooling1d } from './layers/average-pooling1d.js'
import { averagePooling2d } from './layers/average-pooling2d.js'
import { average } from './layers/average.js'
import { batchNormalization } from './layers/batch-normalization.js'
import { concatenate } from './layers/concatenate.js'
import { conv1d } from './layers/conv1d.js'
import { conv2dTranspose } from './layers/conv2d-transpose.js'
import { conv2d } from './layers/conv2d.js'
import { conv3d } from './layers/conv3d.js'
import { cropping2d } from './layers/cropping2d.js'
import { dense } from './layers/dense.js'
import { depthwiseConv2d } from './layers/depthwise-conv2d.js'
import { dropout } from './layers/dropout.js'
import { elu } from './layers/elu.js'
import { embedding } from './layers/embedding.js'
import { flatten } from './layers/flatten.js'
import { gaussianDropout } from './layers/gaussian-dropout.js'
import { gaussianNoise } from './layers/gaussian-noise.js'
import { globalAveragePooling1d } from './layers/global-average-pooling1d.js'
import { globalAveragePooling2d } from './layers/global-average-pooling2d.js'
import { globalMaxPooling1d } from './layers/global-max-pooling1d.js'
import { globalMaxPooling2d } from './layers/global-max-pooling2d.js'
import { gru } from './layers/gru.js'
import { layerNormalization } from './layers/layer-normalization.js'
import { leakyReLU } from './layers/leaky-relu.js'
import { lstm } from './layers/lstm.js'
import { maxPooling1d } from './layers/max-pooling1d.js'
import { maxPooling2d } from './layers/max-pooling2d.js'
import { maximum } from './layers/maximum.js'
import { minimum } from './layers/minimum.js'
import { multiply } from './layers/multiply.js'
import { permute } from './layers/permute.js'
import { prelu } from './layers/prelu.js'
import { reLU } from './layers/relu.js'
import { repeatVector } from './layers/repeat-vector.js'
import { reshape } from './layers/reshape.js'
import { separableConv2d } from './layers/separable-conv2d.js'
import { simpleRNN } from './layers/simple-rnn.js'
import { softmax } from './layers/softmax.js'
import { spatialDropout1d } from './layers/spatial-dropout1d.js'
import { thresholdedReLU } from './layers/thresholded-relu.js'
import { upSampling2d } from './layers/up-sampling2d.js'
import { zeroPadding2d } from './layers/zero-padding2d.js'

/** Every layer type that Trimtab knows, in the order of the docs. */
export const layerTypes: readonly LayerType[] = [
  conv1d,
  conv2d,
  conv3d,
  conv2dTranspose,
  depthwiseConv2d,
  separableConv2d,
  dense,
  embedding,
  simpleRNN,
  gru,
  lstm,
  flatten,
  reshape,
  permute,
  repeatVector,
  activation,
  reLU,
  leakyReLU,
  prelu,
  elu,
  thresholdedReLU,
  softmax,
  batchNormalization,
  layerNormalization,
  maxPooling1d,
  maxPooling2d,
  averagePooling1d,
  averagePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  zeroPadding2d,
  cropping2d,
  upSampling2d,
  dropout,
  spatialDropout1d,
  gaussianNoise,
  gaussianDropout,
  alphaDropout,
  add,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
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
