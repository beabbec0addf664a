import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { lowerSimd } from '../../src/engine/scalar/lower.js'
import { stream } from '../../src/core/random.js'
import { assert, suite } from '../suite.js'
import { instructions, moduleOf } from './simd-instructions.js'
import { trainedDigest } from './train-digest.js'
import { wideDigest } from './thread-digest.js'

const test = suite('WebAssembly without SIMD')

interface Exports {
  readonly memory: WebAssembly.Memory
  run(): void
}

/** Bytes that numbers of every sort are among: any bits, small numbers, infinities, zeros of both signs. */
const fill = (words: Int32Array, random: ReturnType<typeof stream>): void => {
  const floats = new Float32Array(words.buffer)
  const doubles = new Float64Array(words.buffer)
  const edges = [0, -0, 1, -1, 0.5, 2.5, -2.5, Infinity, -Infinity, 3e9, -3e9, 1e-40, 2 ** 31]
  for (let i = 0; i < words.length; i++) words[i] = random.below(2 ** 32) | 0
  const sort = random.below(4)
  if (sort === 1) for (let i = 0; i < floats.length; i++) floats[i] = random.normal() * 100
  if (sort === 2) for (let i = 0; i < floats.length; i++) floats[i] = edges[random.below(edges.length)]!
  if (sort === 3) for (let i = 0; i < doubles.length; i++) doubles[i] = edges[random.below(edges.length)]!
}

test('every instruction gives the bits of its vector form', () => {
  const random = stream(1, 'simd')
  assert.ok(instructions.length > 180)
  for (const instruction of instructions) {
    const binary = moduleOf(instruction)
    const lowered = lowerSimd(binary)
    const [vector, scalar] = [binary, lowered].map(
      bytes => new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as Exports,
    ) as [Exports, Exports]
    const [a, b] = [vector, scalar].map(({ memory }) => new Int32Array(memory.buffer, 0, 64)) as [Int32Array, Int32Array]
    for (let round = 0; round < 60; round++) {
      fill(a.subarray(0, 64), random)
      b.set(a)
      vector.run()
      scalar.run()
      if (!instruction.float) assert.equal([...b], [...a], instruction.name)
      // The specification leaves open which not-a-number an operation gives: any is the same.
      else assert.equal(numbersOf(b, instruction.float), numbersOf(a, instruction.float), instruction.name)
    }
  }
})

const numbersOf = (words: Int32Array, width: 32 | 64): string =>
  [...(width === 32 ? new Float32Array(words.buffer, 0, 64) : new Float64Array(words.buffer, 0, 32))]
    .map(value => (Object.is(value, -0) ? '-0' : String(value)))
    .join()
