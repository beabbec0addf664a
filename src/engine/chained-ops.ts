import * as tf from '@tensorflow/tfjs-core'
// Types only: the package's own registration is an ES module beside a CommonJS library, which Node cannot join.
import type * as chained from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js'

/** Named so that the types of chained operations come in. */
export type ChainedOps = typeof chained

type Op = (...operands: unknown[]) => unknown

/** Operations whose chained form is the operation with the tensor in front. */
const plain =
  `abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchToSpaceND batchNorm
  broadcastTo cast ceil clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace
  depthwiseConv2d dilation2d div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv
  gather greater greaterEqual ifft irfft isFinite isInf isNaN leakyRelu less lessEqual localResponseNormalization
  log log1p logSigmoid logSoftmax logSumExp logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum
  mean min minimum mirrorPad mod mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6
  reshape resizeBilinear resizeNearestNeighbor reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh
  slice softmax softplus spaceToBatchND split sqrt square squaredDifference squeeze step stridedSlice sub sum tan
  tanh tile topk transpose unique unsortedSegmentSum unstack zerosLike`.split(/\s+/)

const list = (more: tf.Tensor | readonly tf.Tensor[]): readonly tf.Tensor[] =>
  more instanceof tf.Tensor ? [more] : more

/** The others: they take their own shape, or the tensor stands elsewhere among the operands. */
const special: Record<string, (self: tf.Tensor, ...rest: never[]) => tf.Tensor> = {
  as1D: self => tf.reshape(self, [self.size]),
  as2D: (self, ...shape: number[]) => tf.reshape(self, shape),
  as3D: (self, ...shape: number[]) => tf.reshape(self, shape),
  as4D: (self, ...shape: number[]) => tf.reshape(self, shape),
  as5D: (self, ...shape: number[]) => tf.reshape(self, shape),
  asScalar: self => tf.reshape(self, []),
  asType: (self, dtype: tf.DataType) => tf.cast(self, dtype),
  concat: (self, more: tf.Tensor | tf.Tensor[], axis?: number) => tf.concat([self, ...list(more)], axis),
  flatten: self => tf.reshape(self, [self.size]),
  reshapeAs: (self, model: tf.Tensor) => tf.reshape(self, model.shape),
  stack: (self, more: tf.Tensor | tf.Tensor[], axis?: number) => tf.stack([self, ...list(more)], axis),
  toBool: self => tf.cast(self, 'bool'),
  toFloat: self => tf.cast(self, 'float32'),
  toInt: self => tf.cast(self, 'int32'),
  where: (self, condition: tf.Tensor, other: tf.Tensor) => tf.where(condition, self, other),
}

/** Puts `x.matMul(y)` and its like on tensors; the recurrent layers of tfjs-layers call them so. */
export const registerChainedOps = (): void => {
  const prototype: object = tf.Tensor.prototype
  const has = (name: string): boolean => name in prototype
  const put = (name: string, value: Op): unknown =>
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  const ops = tf as { [name: string]: unknown }
  for (const name of plain) {
    const op = ops[name] as Op
    if (!has(name))
      put(name, function chained(this: tf.Tensor, ...rest: unknown[]): unknown {
        return op(this, ...rest)
      })
  }
  for (const [name, op] of Object.entries(special)) {
    if (!has(name))
      put(name, function chained(this: tf.Tensor, ...rest: unknown[]): unknown {
        return op(this, ...(rest as never[]))
      })
  }
}
