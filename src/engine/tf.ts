import { registerChainedOps } from './chained-ops.js'

registerChainedOps()

/** TensorFlow.js, the one import of it in the house: the union package loads twice as long, and lacks nothing we miss. */
export * as tf from '@tensorflow/tfjs-core'
export * as layers from '@tensorflow/tfjs-layers'
