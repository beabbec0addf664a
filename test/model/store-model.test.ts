import fc from 'fast-check'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { ProblemError } from '../../src/core/problem.js'
import { packMask, unpackMask } from '../../src/model/masks.js'
import type { Model } from '../../src/model/model.js'
import { loadModel, storeModel } from '../../src/model/store-model.js'
import { toFloat } from '../../src/model/quantization.js'
import { assert, suite } from '../suite.js'
import { networkOf, stirredModel } from './networks.js'

const test = suite('store-model')

const memory = () => {
  const objects = new Map<string, Uint8Array>()
  return {
    objects,
    put: async (bytes: Uint8Array): Promise<Digest> => {
      const digest = digestOf(bytes)
      objects.set(digest, Uint8Array.from(bytes))
      return digest
    },
    open: async (digest: Digest): Promise<Uint8Array> => objects.get(digest)!,
  }
}

const network = networkOf(
  [{ conv2d: { filters: 3, kernelSize: [3, 2] } }, 'flatten', { dense: { units: 5, useBias: false } }],
  [5, 4, 1],
)

/** A model with every kind of mark: odd sizes, special floats, integers by tensor and by channel, masks. */
const marked = (): Model => {
  const plain = stirredModel(network, 4)
  return {
    network,
    classNames: ['nought', 'Zoë', '三'],
    weights: plain.weights.map(weight => {
      if (weight.name === 'conv2d_1/kernel')
        return {
          ...weight,
          data: Int8Array.from({ length: 18 }, (_, at) => at * 14 - 127),
          quantization: {
            dtype: 'int8',
            scheme: 'symmetric',
            axis: 3,
            scale: Float64Array.of(1 / 3, 5e-7, 1.7e6),
            bias: new Float64Array(3),
          },
        }
      if (weight.name === 'dense_1/kernel')
        return {
          ...weight,
          data: Int16Array.from({ length: 135 }, (_, at) => (at % 7 === 0 ? -3 : at * 243 - 32768)),
          quantization: {
            dtype: 'int16',
            scheme: 'affine',
            scale: Float64Array.of(Math.PI),
            bias: Float64Array.of(-3),
          },
        }
      return { ...weight, data: Float32Array.of(-0, 1e-45, -3.4028235e38) }
    }),
    marks: {
      masks: new Map([
        ['dense_1/kernel', Uint8Array.from({ length: 135 }, (_, at) => (at % 7 === 0 ? 0 : 1))],
        ['conv2d_1/bias', Uint8Array.of(0, 1, 1)],
      ]),
      activations: new Map([
        [
          'input',
          { dtype: 'uint8', scheme: 'affine', scale: Float64Array.of(1 / 7), bias: Float64Array.of(3) },
        ],
      ]),
    },
  }
}

test('a model comes back bit for bit, and equal models have one digest', async () => {
  const { put, open } = memory()
  const model = marked()
  const artifact = await storeModel(model, put)
  const back = await loadModel(artifact, open)
  assert.equal(back, { ...model, weights: [...model.weights] })
  assert.is(Object.is((back.weights[1]!.data as Float32Array)[0], -0), true)
  assert.is((await storeModel(back, put)).digest, artifact.digest)
  const other = marked()
  ;(other.weights[0]!.data as Int8Array)[0]!++
  assert.is.not((await storeModel(other, put)).digest, artifact.digest)
})

test('bytes are the payload of the weights with their scales, and the description is exact', async () => {
  const { put, objects } = memory()
  const model = marked()
  const artifact = await storeModel(model, put)
  // int8 kernel and 3 scales; float bias; int16 kernel, a scale and a bias.
  assert.is(artifact.bytes, 18 + 3 * 8 + 3 * 4 + 135 * 2 + 8 + 8)
  const sizes = Object.values(artifact.objects).map(({ digest }) => objects.get(digest)!.byteLength)
  assert.is(
    artifact.storedBytes,
    sizes.reduce((a, b) => a + b),
  )
  assert.is(objects.get(artifact.objects['weights']!.digest)!.byteLength, artifact.bytes)
  const { description } = artifact.meta as { description: Record<string, unknown> }
  const zeros = model.weights.flatMap(weight => [...toFloat(weight)]).filter(value => value === 0).length
  assert.equal(description['nonZero'], { exact: 156 - zeros })
  assert.equal(description['bytes'], { exact: artifact.bytes })
  assert.equal(description['parameters'], { exact: 156 })
  assert.equal(description['quantized'], { weights: 'int16', activations: 'uint8' })
  assert.equal(description['classNames'], model.classNames)
})

test('damage is a problem, wherever it is', async () => {
  const { put, open } = memory()
  const artifact = await storeModel(marked(), put)
  const text = new TextDecoder().decode(await open(artifact.objects['topology']!.digest))
  const weights = await open(artifact.objects['weights']!.digest)
  const encode = (changed: string): Uint8Array => new TextEncoder().encode(changed)
  const damaged: [string, string, Uint8Array | undefined][] = [
    ['topology', 'not JSON', encode(text.slice(0, -1))],
    ['topology', 'not JSON', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['topology', 'version 1', encode('{}')],
    ['topology', 'version 1', encode('null')],
    ['topology', 'table', encode(text.replace('"dtype":"int16"', '"dtype":"int64"'))],
    ['topology', 'table', encode(text.replace('"scales":3', '"scales":2'))],
    ['topology', 'does not have', encode(text.replace('"masks":["', '"masks":["x'))],
    ['topology', 'begin', encode(text.replace('"shape":[3]', '"shape":[4]'))],
    ['topology', 'activations', encode(text.replace('"scale":0.14285714285714285', '"scale":0'))],
    ['topology', 'network', encode(text.replace('"output"', '"result"'))],
    ['weights', 'bytes', weights.subarray(1)],
    ['weights', 'positive', Uint8Array.from(weights).fill(0xff, 18, 26)],
    ['masks', 'masks', Uint8Array.of(1)],
    ['masks', 'no object', undefined],
  ]
  for (const [name, word, bytes] of damaged) {
    const objects: Record<string, { digest: Digest; bytes: number }> = { ...artifact.objects }
    if (bytes) objects[name] = { digest: await put(bytes), bytes: bytes.byteLength }
    else delete objects[name]
    const found = await loadModel({ ...artifact, objects }, open).catch((error: unknown) => error)
    assert.instance(found, ProblemError, `${name}: ${word}`)
    const [problem] = (found as ProblemError).problems
    assert.is(problem!.code, 'model-damaged')
    assert.match(problem!.message, word)
  }
})

test('bytes that the store shares are neither kept nor changed', async () => {
  const { put, open } = memory()
  const artifact = await storeModel(marked(), put)
  const shared = await open(artifact.objects['weights']!.digest)
  const before = Uint8Array.from(shared)
  const model = await loadModel(artifact, open)
  for (const { data } of model.weights) data.fill(1)
  assert.equal(shared, before)
})

test('a mask comes back from its bits', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 70 }), bits => {
      const mask = Uint8Array.from(bits)
      assert.equal(unpackMask(packMask(mask), mask.length), mask)
      assert.is(packMask(mask).length, Math.ceil(bits.length / 8))
    }),
  )
})

test('a NaN is stored as the same bytes, whatever bits a processor gave it', async () => {
  const plain = stirredModel(network, 4)
  const withNaN = (bits: number): Model => ({
    ...plain,
    weights: plain.weights.map(weight => {
      const data = Float32Array.from(weight.data)
      new Uint32Array(data.buffer)[1] = bits
      return { ...weight, data }
    }),
  })
  const { put, objects } = memory()
  // The default NaN of ARM, that of x86, and one with a payload.
  const stored = [0x7fc00000, 0xffc00000, 0x7fc12345].map(bits => storeModel(withNaN(bits), put))
  assert.is(new Set((await Promise.all(stored)).map(({ digest }) => digest)).size, 1)
  const { weights } = (await stored[1]!).objects
  assert.equal([...objects.get(weights!.digest)!.subarray(4, 8)], [0, 0, 0xc0, 0x7f])
  assert.equal(plain.weights, stirredModel(network, 4).weights)
})
