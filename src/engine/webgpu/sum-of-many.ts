import type { tf } from '../tf.js'
import type { MakeWork, Inputs } from './work.js'

/** The sum of many tensors, as many at a time as a program may read: the backend's own binds them all, and fails at eight. */
const sumOfMany: MakeWork = (backend, stock) => (inputs, attrs) => {
  // For this operation alone tfjs hands over a list.
  const terms = Object.values(inputs)
  const most = backend.device.limits['maxStorageBuffersPerShaderStage']! - 1
  const add = (some: readonly tf.TensorInfo[]): tf.TensorInfo => stock(some as unknown as Inputs, attrs)
  let sum = add(terms.slice(0, most))
  for (let from = most; from < terms.length; from += most - 1) {
    const more = add([sum, ...terms.slice(from, from + most - 1)])
    backend.disposeData(sum.dataId)
    sum = more
  }
  return sum
}

export const sumKernels: Readonly<Record<string, MakeWork>> = { AddN: sumOfMany }
