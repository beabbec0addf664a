import type { Artifact } from '../core/artifact.js'
import type { Digest } from '../core/brand.js'
import { canonical, digestValue } from '../core/hash.js'
import { fail } from '../core/problem.js'
import { describeNetwork } from '../network/describe.js'
import type { ModelDescription, Quantized } from '../network/description.js'
import { packMask, unpackMask } from './masks.js'
import type { Model, Weight, WeightArray } from './model.js'
import { toFloat } from './quantization.js'
import { type Topology, type WeightRow, elements, rowBytes, topologyFault } from './topology.js'

export { toFloat } from './quantization.js'

/** What a model artifact's meta holds. */
export interface ModelMeta {
  readonly description: ModelDescription
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Bytes of a typed array in little-endian order, whatever the machine's. */
const toBytes = (array: WeightArray | Float64Array): Uint8Array => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  if (littleEndian || array.BYTES_PER_ELEMENT === 1) return bytes
  return swapped(bytes, array.BYTES_PER_ELEMENT)
}

const swapped = (bytes: Uint8Array, width: number): Uint8Array => {
  const turned = Uint8Array.from(bytes)
  for (let at = 0; at < turned.length; at += width) turned.subarray(at, at + width).reverse()
  return turned
}

/** A copy of a stretch of bytes in memory of its own, aligned for any typed array. */
const copyOf = (bytes: Uint8Array, from: number, length: number, width: number): ArrayBuffer => {
  const copy = new Uint8Array(length)
  copy.set(bytes.subarray(from, from + length))
  return littleEndian || width === 1 ? copy.buffer : (swapped(copy, width).buffer as ArrayBuffer)
}

const arrays = {
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
} as const

const rowOf = (weight: Weight, offset: number): WeightRow => {
  const { name, shape, quantization } = weight
  if (!quantization) return { name, shape, dtype: 'float32', offset }
  const { dtype, scheme, axis, scale } = quantization
  return {
    name,
    shape,
    dtype,
    offset,
    quantization: { scheme, scales: scale.length, ...(axis === undefined ? {} : { axis }) },
  }
}

/** The formats of a model's numbers, for tables: the integer that most weights have. */
export const quantizedOf = (model: Model): Quantized => {
  const counts = new Map<string, number>()
  for (const { quantization, data } of model.weights)
    if (quantization) counts.set(quantization.dtype, (counts.get(quantization.dtype) ?? 0) + data.length)
  const weights = [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
  const activations = [...model.marks.activations.values()][0]?.dtype
  return { ...(weights ? { weights } : {}), ...(activations ? { activations } : {}) }
}

const nonZeroOf = (weight: Weight): number => {
  let count = 0
  for (const value of toFloat(weight)) if (value !== 0) count++
  return count
}

/** An exact description of a model: its non-zero weights counted, its bytes those of its payload. */
export const describeModel = (model: Model): ModelDescription =>
  describeNetwork(model.network, {
    quantized: quantizedOf(model),
    nonZero: model.weights.reduce((count, weight) => count + nonZeroOf(weight), 0),
    bytes: model.weights.reduce((bytes, weight) => bytes + rowBytes(rowOf(weight, 0)), 0),
    ...(model.classNames ? { classNames: model.classNames } : {}),
  })

/**
 * Stores a model as an artifact: objects `topology` (canonical JSON), `weights` (little-endian numbers, each weight's
 * scales behind it) and, where there are masks, `masks` (bits). Equal models give equal digests.
 */
export const storeModel = async (
  model: Model,
  put: (bytes: Uint8Array) => Promise<Digest>,
): Promise<Artifact> => {
  const rows: WeightRow[] = []
  const parts: Uint8Array[] = []
  let offset = 0
  for (const weight of model.weights) {
    const row = rowOf(weight, offset)
    rows.push(row)
    parts.push(toBytes(weight.data))
    if (weight.quantization) {
      parts.push(toBytes(weight.quantization.scale))
      if (weight.quantization.scheme === 'affine') parts.push(toBytes(weight.quantization.bias))
    }
    offset += rowBytes(row)
  }
  const masked = model.weights.filter(({ name }) => model.marks.masks.has(name)).map(({ name }) => name)
  const topology: Topology = {
    version: 1,
    format: 'layers',
    network: model.network,
    weights: rows,
    masks: masked,
    activations: Object.fromEntries(
      [...model.marks.activations].map(([layer, { dtype, scheme, scale, bias }]) => [
        layer,
        { dtype, scheme, scale: scale[0]!, bias: bias[0]! },
      ]),
    ),
    ...(model.classNames ? { classNames: model.classNames } : {}),
  }
  const bodies: Record<string, Uint8Array> = {
    topology: new TextEncoder().encode(canonical(topology)),
    weights: Buffer.concat(parts),
  }
  if (masked.length > 0)
    bodies['masks'] = Buffer.concat(masked.map(name => packMask(model.marks.masks.get(name)!)))
  const objects: Record<string, { digest: Digest; bytes: number }> = {}
  let storedBytes = 0
  for (const [name, bytes] of Object.entries(bodies)) {
    objects[name] = { digest: await put(bytes), bytes: bytes.byteLength }
    storedBytes += bytes.byteLength
  }
  const meta = { description: describeModel(model) }
  const digest = digestValue({ type: 'model', objects, meta })
  return { type: 'model', digest, bytes: offset, storedBytes, objects, meta }
}

const damaged = (why: string): never =>
  fail(
    'model-damaged',
    `the stored model cannot be read: ${why}`,
    'Run the step that made it again: remove its result from the store, or start from an empty store.',
  )

const readTopology = (bytes: Uint8Array): Topology => {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes)))
  } catch {
    return damaged('its topology is not JSON')
  }
  const fault = topologyFault(parsed)
  return fault === undefined ? (parsed as Topology) : damaged(fault)
}

const readWeight = (row: WeightRow, bytes: Uint8Array): Weight => {
  const { name, shape, dtype } = row
  if (row.offset + rowBytes(row) > bytes.byteLength) return damaged(`weight "${name}" reaches past its end`)
  const Numbers = arrays[dtype]
  const width = Numbers.BYTES_PER_ELEMENT
  const length = elements(shape) * width
  const data = new Numbers(copyOf(bytes, row.offset, length, width))
  if (dtype === 'float32' || !row.quantization) return { name, shape, data }
  const { scheme, axis, scales } = row.quantization
  const at = row.offset + length
  const scale = new Float64Array(copyOf(bytes, at, scales * 8, 8))
  const bias =
    scheme === 'affine'
      ? new Float64Array(copyOf(bytes, at + scales * 8, scales * 8, 8))
      : new Float64Array(scales)
  if (!scale.every(value => value > 0 && Number.isFinite(value)) || !bias.every(Number.isFinite))
    return damaged(`weight "${name}" has a scale that is not a positive number`)
  return {
    name,
    shape,
    data,
    quantization: { dtype, scheme, scale, bias, ...(axis === undefined ? {} : { axis }) },
  }
}

/** Reads a stored model whole. Throws ProblemError (`model-damaged`) where its objects do not fit together. */
export const loadModel = async (
  artifact: Artifact,
  open: (digest: Digest) => Promise<Uint8Array>,
): Promise<Model> => {
  const body = (name: string): Promise<Uint8Array> => {
    const object = artifact.objects[name]
    return object ? open(object.digest) : damaged(`it has no object "${name}"`)
  }
  const topology = readTopology(await body('topology'))
  const bytes = await body('weights')
  const end = topology.weights.reduce((most, row) => Math.max(most, row.offset + rowBytes(row)), 0)
  if (end !== bytes.byteLength)
    return damaged(`its weights are ${bytes.byteLength} bytes where ${end} are promised`)
  const masks = new Map<string, Uint8Array>()
  if (topology.masks.length > 0) {
    const packed = await body('masks')
    let at = 0
    for (const name of topology.masks) {
      const length = elements(topology.weights.find(row => row.name === name)!.shape)
      masks.set(name, unpackMask(packed.subarray(at, at + Math.ceil(length / 8)), length))
      at += Math.ceil(length / 8)
    }
    if (at !== packed.byteLength)
      return damaged(`its masks are ${packed.byteLength} bytes where ${at} are promised`)
  }
  return {
    network: topology.network,
    weights: topology.weights.map(row => readWeight(row, bytes)),
    marks: {
      masks,
      activations: new Map(
        Object.entries(topology.activations).map(([layer, { dtype, scheme, scale, bias }]) => [
          layer,
          { dtype, scheme, scale: Float64Array.of(scale), bias: Float64Array.of(bias) },
        ]),
      ),
    },
    ...(topology.classNames ? { classNames: topology.classNames } : {}),
  }
}
