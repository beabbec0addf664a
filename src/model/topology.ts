import type { Network } from '../network/network.js'
import type { ActivationQuantization, Quantization } from './model.js'

export type StoredDtype = 'float32' | Quantization['dtype']

/** One weight's row in the table: where its numbers lie in the object `weights`, little-endian, and how to read them. */
export interface WeightRow {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: StoredDtype
  /** Byte offset of its numbers. */
  readonly offset: number
  /** Integers only. Its `scales` float64 scales follow its numbers; where affine, as many float64 biases follow these. */
  readonly quantization?: {
    readonly scheme: Quantization['scheme']
    readonly axis?: number
    readonly scales: number
  }
}

/** The object `topology` of a model artifact: canonical JSON. */
export interface Topology {
  readonly version: 1
  readonly format: 'layers'
  readonly network: Network
  readonly weights: readonly WeightRow[]
  /** Names of masked weights in the order of the object `masks`: one bit a weight, lowest bit first, each mask padded to a byte. */
  readonly masks: readonly string[]
  /** By layer; JSON keeps a double exactly. */
  readonly activations: Readonly<
    Record<
      string,
      {
        readonly dtype: ActivationQuantization['dtype']
        readonly scheme: ActivationQuantization['scheme']
        readonly scale: number
        readonly bias: number
      }
    >
  >
  readonly classNames?: readonly string[]
}

export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const elementBytes: Readonly<Record<StoredDtype, number>> = {
  float32: 4,
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
}

/** Bytes of a row's numbers with their scales. */
export const rowBytes = (row: Omit<WeightRow, 'offset'>): number => {
  const numbers = elements(row.shape) * elementBytes[row.dtype]
  if (!row.quantization) return numbers
  return numbers + row.quantization.scales * 8 * (row.quantization.scheme === 'affine' ? 2 : 1)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
const isShape = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount)
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string')

const isRow = (value: unknown): value is WeightRow => {
  if (!isRecord(value) || typeof value['name'] !== 'string' || !isShape(value['shape'])) return false
  if (!isCount(value['offset']) || !Object.hasOwn(elementBytes, String(value['dtype']))) return false
  const { quantization: q, shape } = value
  if ((q === undefined) !== (value['dtype'] === 'float32')) return false
  if (q === undefined) return true
  if (!isRecord(q) || (q['scheme'] !== 'symmetric' && q['scheme'] !== 'affine')) return false
  const expected = q['axis'] === undefined ? 1 : isCount(q['axis']) ? shape[q['axis']] : undefined
  return q['scales'] === expected
}

const isNetwork = (value: unknown): value is Network =>
  isRecord(value) &&
  isShape(value['inputShape']) &&
  typeof value['output'] === 'string' &&
  Array.isArray(value['layers']) &&
  value['layers'].every(
    layer =>
      isRecord(layer) &&
      typeof layer['name'] === 'string' &&
      typeof layer['type'] === 'string' &&
      isRecord(layer['config']) &&
      isTexts(layer['from']),
  )

const isActivation = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['scale'] === 'number' &&
  value['scale'] > 0 &&
  typeof value['bias'] === 'number' &&
  (value['scheme'] === 'symmetric' || value['scheme'] === 'affine') &&
  value['dtype'] !== 'float32' &&
  Object.hasOwn(elementBytes, String(value['dtype']))

/** What is wrong with a parsed topology, in a sentence; undefined where nothing is. */
export const topologyFault = (value: unknown): string | undefined => {
  if (!isRecord(value) || value['version'] !== 1 || value['format'] !== 'layers')
    return 'it is not a topology of version 1'
  if (!isNetwork(value['network'])) return 'its network is malformed'
  const { weights, masks, activations, classNames } = value
  if (!Array.isArray(weights) || !weights.every(isRow)) return 'its table of weights is malformed'
  const names = new Set(weights.map(row => row.name))
  if (names.size !== weights.length) return 'two of its weights have one name'
  if (!isTexts(masks) || masks.some(name => !names.has(name)))
    return 'it masks a weight that it does not have'
  if (!isRecord(activations) || !Object.values(activations).every(isActivation))
    return 'its quantized activations are malformed'
  if (classNames !== undefined && !isTexts(classNames)) return 'its class names are malformed'
  return undefined
}
