import { moveKernel, moveRules } from '../move.js'
import type { MoveRule } from '../move.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

/** Addresses and numbers of `Move` in assembly/moves.ts. */
const addresses = 10
const floats = 10

export const moveKernels: KernelTable = {
  [moveKernel]: heap => (inputs, attrs) => {
    const { rule, numbers, keep, slots } = attrs as {
      rule: MoveRule
      numbers: number[]
      keep: number
      slots: number
    }
    const { shape } = inputs['weight']!
    const size = sizeOf(shape)
    const outs = Array.from({ length: 1 + slots }, () => heap.output(shape))
    const at = (name: string): number => {
      const tensor = inputs[name]
      if (tensor === undefined) return 0
      if (tensor.dtype !== 'float32' || sizeOf(tensor.shape) !== size)
        throw new Error(`a step of ${rule} takes ${name} as floats shaped as the weight`)
      return heap.at(tensor)
    }
    const block = heap.scratch((addresses + floats) * 4)
    const buffer = heap.backend.wasm.HEAPU8.buffer
    new Uint32Array(buffer, block, addresses).set([
      ...['weight', 'gradient', 'slot0', 'slot1', 'slot2', 'mask'].map(at),
      ...[0, 1, 2, 3].map(i => (outs[i] === undefined ? 0 : heap.at(outs[i]))),
    ])
    const values = new Float32Array(buffer, block + addresses * 4, floats)
    values.fill(0)
    values.set([keep, ...numbers])
    heap.split('move', [moveRules.indexOf(rule), block], size, elementWork)
    return outs
  },
}
