import fc from 'fast-check'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { fakeQuantize } from '../../src/model/fake-quantize.js'
import type { Quantization } from '../../src/model/model.js'
import { roundHalfEven, toCode, toFloat, toIntegers } from '../../src/model/quantization.js'
import { quantizationOf, scaleOf } from '../../src/model/scales.js'
import { assert, suite } from '../suite.js'
import { apart } from './networks.js'

const test = suite('quantization')

/** A double as mantissa · 2^exponent, both whole. */
const parts = (x: number): readonly [mantissa: bigint, exponent: number] => {
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0]!
  const raw = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = raw === 0 ? fraction : fraction | 0x10000000000000n
  return [bits >> 63n === 1n ? -mantissa : mantissa, Math.max(raw, 1) - 1075]
}

/** Half-even rounding in whole numbers alone. */
const roundedExactly = (x: number): bigint => {
  const [mantissa, exponent] = parts(x)
  if (exponent >= 0) return mantissa << BigInt(exponent)
  const unit = 1n << BigInt(-exponent)
  const down = ((mantissa % unit) + unit) % unit
  const floor = (mantissa - down) / unit
  if (2n * down < unit) return floor
  if (2n * down > unit) return floor + 1n
  return floor % 2n === 0n ? floor : floor + 1n
}

test('rounding is half to even, as whole-number arithmetic has it', () => {
  const edges = [
    0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 4503599627370495.5, -4503599627370497, 0,
  ]
  for (const x of edges) assert.is(BigInt(roundHalfEven(x)), roundedExactly(x), `${x}`)
  const halves = fc.integer({ min: -100000, max: 100000 }).map(twice => twice / 2)
  const doubles = fc.double({ noNaN: true, min: -1e15, max: 1e15 })
  fc.assert(
    fc.property(fc.oneof(halves, doubles), x => {
      assert.is(BigInt(roundHalfEven(x)), roundedExactly(x), `${x}`)
    }),
  )
})

test('codes are clamped', () => {
  assert.equal(
    [-1e9, -127.5, -127, 126.5, 127.5, 1e9].map(x => toCode(x, 1, 0, -127, 127)),
    [-127, -127, -127, 126, 127, 127],
  )
})

const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
const formats: readonly (readonly [Quantization['dtype'], Quantization['scheme']])[] = [
  ['int8', 'symmetric'],
  ['int8', 'affine'],
  ['uint8', 'affine'],
  ['int16', 'symmetric'],
  ['int16', 'affine'],
  ['int32', 'symmetric'],
]

test('zero is held exactly, and no value is further off than half a step', () => {
  for (const [dtype, scheme] of formats) {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), values => {
        const floats = Float32Array.from([...values, 0])
        const shape = [floats.length]
        const quantization = quantizationOf(floats, shape, { dtype, scheme })
        const data = toIntegers(floats, shape, quantization)
        const back = toFloat({ shape, data, quantization })
        assert.is(back.at(-1), 0)
        const step = 1 / quantization.scale[0]!
        floats.forEach((value, at) => {
          // Half a step, and what float32 rounds off the result; a vanishing range becomes zero.
          const allowed = step === 1 ? 1e-28 : step * 0.500001 + Math.abs(value) * 2 ** -23
          assert.ok(Math.abs(back[at]! - value) <= allowed, `${dtype} ${scheme}: ${value} became ${back[at]}`)
        })
      }),
    )
  }
})

test('scales by hand: TFLite and ONNX call 1/scale the scale and bias the zero point', () => {
  assert.equal(scaleOf(-2, 1, 'int8', 'symmetric'), { scale: 63.5, bias: 0 })
  assert.equal(scaleOf(-1, 3, 'uint8', 'affine'), { scale: 63.75, bias: 64 })
  assert.equal(scaleOf(0, 4, 'uint8', 'affine'), { scale: 63.75, bias: 0 })
  assert.equal(scaleOf(1, 4, 'uint8', 'affine'), { scale: 63.75, bias: 0 })
  assert.equal(scaleOf(-4, -1, 'uint8', 'affine'), { scale: 63.75, bias: 255 })
  assert.equal(scaleOf(0, 5.1, 'int8', 'affine'), { scale: 50, bias: -128 })
  assert.equal(scaleOf(0, 0, 'int8', 'affine'), { scale: 1, bias: 0 })
  assert.equal(scaleOf(-1e-45, 1e-45, 'int8', 'symmetric'), { scale: 1, bias: 0 })
  assert.equal(scaleOf(-3.4e38, 3.4e38, 'uint8', 'affine').bias, 128)
})

test('each index of the axis has its own scale', () => {
  const shape = [2, 3, 2]
  const floats = Float32Array.of(1, 10, 2, 20, 3, 30, -4, 40, 5, 50, 6, -60)
  for (const [axis, most] of [
    [0, [30, 60]],
    [1, [40, 50, 60]],
    [2, [6, 60]],
  ] as const) {
    const quantization = quantizationOf(floats, shape, { dtype: 'int8', scheme: 'symmetric', axis })
    assert.equal(
      [...quantization.scale],
      most.map(each => 127 / each),
    )
    const data = toIntegers(floats, shape, quantization)
    assert.ok(apart(toFloat({ shape, data, quantization }), floats) <= 60 / 127 / 2 + 1e-5)
  }
})

test('the simulated quantization is the stored one, and its gradient goes straight through inside the range', async () => {
  await openEngine('cpu')
  const before = tf.memory().numTensors
  const floats = Float32Array.of(-9, -1, -0.3, 0, 0.26, 1, 2.9, 3, 9, 0.1, 0.2, -0.2)
  for (const axis of [undefined, 1]) {
    const count = axis === undefined ? 1 : 3
    const quantization: Quantization = {
      dtype: 'uint8',
      scheme: 'affine',
      scale: Float64Array.of(63.75, 40, 10).slice(0, count),
      bias: Float64Array.of(64, 0, 128).slice(0, count),
      ...(axis === undefined ? {} : { axis }),
    }
    const shape = [4, 3]
    const stored = toFloat({ shape, data: toIntegers(floats, shape, quantization), quantization })
    const x = tf.tensor(floats, shape)
    const simulated = fakeQuantize(x, quantization)
    assert.ok(apart(simulated.dataSync(), stored) < 1e-6)
    const weights = tf.tensor(
      Float32Array.from({ length: 12 }, (_, at) => at + 1),
      shape,
    )
    const gradient = tf.grad(input => tf.sum(tf.mul(fakeQuantize(input, quantization), weights)))(x)
    const expected = Array.from(floats, (value, at) => {
      const channel = axis === undefined ? 0 : at % 3
      const spread = value * quantization.scale[channel]! + quantization.bias[channel]!
      return spread >= -0.5 && spread <= 255.5 ? at + 1 : 0
    })
    assert.equal([...gradient.dataSync()], expected)
    assert.ok(expected.includes(0))
    tf.dispose([x, simulated, weights, gradient])
  }
  assert.is(tf.memory().numTensors, before)
})
