import { type Bend, bendElements, bendGradient, bends } from '../activated.js'
import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import type { Inputs, KernelTable, Work } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

const bend = (heap: Heap, x: tf.TensorInfo, by: Bend): tf.TensorInfo => {
  const y = heap.output(x.shape)
  heap.split('bendElements', [heap.at(x), bends.indexOf(by), heap.at(y)], sizeOf(x.shape), elementWork)
  return y
}

const isAlike = ({ a, b }: Inputs): boolean =>
  a!.dtype === 'float32' && b!.dtype === 'float32' && a!.shape.join() === b!.shape.join()

/** Of tensors of one shape; the backend's own, which keeps to one thread, takes the rest. */
const combine =
  (which: number) =>
  (heap: Heap, stock: Work): Work =>
  (inputs, attrs) => {
    if (!isAlike(inputs)) return stock(inputs, attrs)
    const [a, b] = [inputs['a']!, inputs['b']!]
    const y = heap.output(a.shape)
    heap.split('combine', [which, heap.at(a), heap.at(b), heap.at(y)], sizeOf(a.shape), elementWork)
    return y
  }

export const elementKernels: KernelTable = {
  Add: combine(0),
  Sub: combine(1),
  Multiply: combine(2),
  Relu: (heap, stock) => (inputs, attrs) =>
    inputs['x']!.dtype === 'float32' ? bend(heap, inputs['x']!, 'relu') : stock(inputs, attrs),
  [bendElements]: heap => (inputs, attrs) => bend(heap, inputs['x']!, attrs['bend'] as Bend),
  [bendGradient]: heap => (inputs, attrs) => {
    const [dy, x] = [inputs['dy']!, inputs['x']!]
    const dx = heap.output(dy.shape)
    heap.split(
      'bendGradient',
      [heap.at(dy), heap.at(x), bends.indexOf(attrs['bend'] as Bend), heap.at(dx)],
      sizeOf(dy.shape),
      elementWork,
    )
    return dx
  },
}
