import { type Artifact, makeArtifact } from '../core/artifact.js'
import type { Digest } from '../core/brand.js'
import { canonical } from '../core/hash.js'
import { fail } from '../core/problem.js'
import { arrays, copyOf, toBytes } from './binary.js'
import { describeModel } from './describe-model.js'
import { packMask, unpackMask } from './masks.js'
import type { Model, Weight } from './model.js'
import { type Topology, type WeightRow, elements, rowBytes, topologyFault } from './topology.js'

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
  for (const { name, data } of model.weights)
    if ((model.marks.masks.get(name)?.length ?? data.length) !== data.length)
      throw new Error(
        `the mask of "${name}" has ${model.marks.masks.get(name)!.length} bytes, not ${data.length}`,
      )
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
  for (const [name, bytes] of Object.entries(bodies)) {
    objects[name] = { digest: await put(bytes), bytes: bytes.byteLength }
  }
  return makeArtifact('model', objects, { description: describeModel(model) }, offset)
}

const damaged = (why: string): never =>
  fail(
    'model-damaged',
    `the stored model cannot be read: ${why}`,
    'Run again with an empty store, so that the step which made it runs again.',
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
  let end = 0
  for (const row of topology.weights) {
    if (row.offset !== end) return damaged(`weight "${row.name}" does not begin where the one before it ends`)
    end += rowBytes(row)
  }
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
