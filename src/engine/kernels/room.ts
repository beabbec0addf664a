import type { tf } from '../tf.js'
import type { Heap } from './heap.js'

/** Gives the address of room for so many floats. */
export type Take = (floats: number) => number

/** `work`, and room for floats until it is done. Not the working memory (`heap.scratch`), which the next kernel would take. */
export const withRoom = <T>(heap: Heap, work: (take: Take) => T): T => {
  const rooms: tf.TensorInfo[] = []
  try {
    return work(floats => {
      const room = heap.output([floats])
      rooms.push(room)
      return heap.at(room)
    })
  } finally {
    for (const { dataId } of rooms) heap.backend.disposeData(dataId)
  }
}
