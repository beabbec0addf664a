/* oxlint-disable unicorn/no-useless-spread -- without the spreads the formatter puts a byte on each line */
import { lowerSimd } from '../../src/engine/scalar/lower.js'
import { stream } from '../../src/core/random.js'
import { assert, suite } from '../suite.js'
import { instructions, moduleOf } from './simd-instructions.js'

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
    const [a, b] = [vector, scalar].map(({ memory }) => new Int32Array(memory.buffer, 0, 64)) as [
      Int32Array,
      Int32Array,
    ]
    for (let round = 0; round < 12; round++) {
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

/** A function of v128 locals: what compilers write around the instructions. Address at 0, chosen by the i32 at 48. */
test('vectors in locals, blocks, branches and selections', () => {
  const load = (at: number): number[] => [0x41, at, 0xfd, 0, 0, 0]
  const choice = [0x41, 48, 0x28, 0, 0]
  const add = [0xfd, 0xe4, 1]
  const bodies: Record<string, number[]> = {
    // local 0 = a; (local.tee 1 (a + b)) + local 0
    tee: [...load(0), 0x21, 0, 0x20, 0, ...load(16), ...add, 0x22, 1, 0x20, 0, ...add],
    select: [...load(0), ...load(16), ...choice, 0x1b],
    drop: [...load(0), ...load(16), 0x1a],
    // b + (if choice: a else c)
    if: [...load(16), ...choice, 0x04, 0x7b, ...load(0), 0x05, ...load(32), 0x0b, ...add],
    // b + block { c; c + a; br_if; drop → c }: the vector that the branch carries lies above another
    branchIf: [
      ...load(16),
      ...[0x02, 0x7b, ...load(32), ...load(32), ...load(0), ...add, ...choice, 0x0d, 0, 0x1a, 0x0b],
      ...add,
    ],
    branch: [...load(16), 0x02, 0x7b, ...load(32), ...load(0), 0x0c, 0, ...add, 0x0b, ...add],
    // what follows a return is never reached
    dead: [...load(0), 0x02, 0x40, ...choice, 0x45, 0x0d, 0, 0x0b],
  }
  const random = stream(2, 'simd')
  for (const [name, body] of Object.entries(bodies)) {
    const binary = moduleOf({ name, number: 0, immediates: [], takes: [], raw: body })
    const [vector, scalar] = [binary, lowerSimd(binary)].map(
      bytes => new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as Exports,
    ) as [Exports, Exports]
    const [a, b] = [vector, scalar].map(({ memory }) => new Int32Array(memory.buffer, 0, 64)) as [
      Int32Array,
      Int32Array,
    ]
    for (let round = 0; round < 20; round++) {
      const floats = new Float32Array(a.buffer, 0, 64)
      for (let i = 0; i < floats.length; i++) floats[i] = random.normal()
      a[12] = round % 2
      b.set(a)
      vector.run()
      scalar.run()
      assert.equal([...b], [...a], name)
    }
  }
})

test('an instruction that is not known is an error, not another number', () => {
  assert.throws(
    () =>
      lowerSimd(
        moduleOf({ name: 'swizzle', number: 14, immediates: [], takes: ['v128', 'v128'], gives: 'v128' }),
      ),
    /0xfd 14/,
  )
})
