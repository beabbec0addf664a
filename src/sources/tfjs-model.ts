import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize } from 'node:path'
import type { Fault } from '../core/problem.js'
import { attempt, unreadable } from './fault.js'
import { sizeOf } from './place.js'

/** Types of numbers in the shards of a tfjs model, with the bytes of one. */
export const tfjsBytes = { float32: 4, int32: 4, uint16: 2, float16: 2, uint8: 1, bool: 1 } as const
export type TfjsDtype = keyof typeof tfjsBytes

/** A weight as a `model.json` lists it: where its numbers lie and how to read them. */
export interface TfjsWeight {
  readonly name: string
  readonly shape: readonly number[]
  /** Type as stored. */
  readonly stored: TfjsDtype
  /** Quantized by tfjs: value = stored · scale + min. Absent: the value itself. */
  readonly affine?: { readonly scale: number; readonly min: number }
  /** Shards of its group, one after another, absolute. */
  readonly files: readonly string[]
  /** Byte offset in its group. */
  readonly offset: number
}

export interface TfjsModel {
  /** What stands under `modelTopology`. */
  readonly topology: unknown
  readonly weights: readonly TfjsWeight[]
}

export interface TfjsHeader {
  /** Absent where something is wrong. */
  readonly model?: TfjsModel
  /** The `model.json` and every shard that it names, absolute. */
  readonly files: readonly string[]
  readonly faults: readonly Fault[]
}

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0
const isDtype = (value: unknown): value is TfjsDtype =>
  typeof value === 'string' && Object.hasOwn(tfjsBytes, value)

const parse = async (file: string): Promise<Json> => {
  await sizeOf(file)
  const text = await readFile(file, 'utf8')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return unreadable('file-format', `${basename(file)} is not JSON: ${(error as Error).message}`, {
      hint: 'A TensorFlow.js model is a `model.json` with its shards beside it.',
    })
  }
  if (!isRecord(parsed)) return unreadable('file-format', `${basename(file)} does not hold a model`)
  if (
    parsed['format'] === 'graph-model' ||
    (isRecord(parsed['modelTopology']) && 'node' in parsed['modelTopology'])
  )
    return unreadable('model-format', `${basename(file)} is a graph model, whose layers are not known`, {
      hint: 'Convert the Keras model with `tensorflowjs_converter --output_format=tfjs_layers_model`.',
    })
  if (!isRecord(parsed['modelTopology']))
    return unreadable('file-format', `${basename(file)} has no modelTopology`, {
      hint: 'Save the whole model, not its weights alone.',
    })
  if (!Array.isArray(parsed['weightsManifest']))
    return unreadable('file-format', `${basename(file)} has no weightsManifest`)
  return parsed
}

const readWeight = (value: unknown, title: string, files: readonly string[], offset: number): TfjsWeight => {
  const malformed = (): never => unreadable('file-format', `${title} lists a weight that is malformed`)
  if (!isRecord(value) || typeof value['name'] !== 'string') return malformed()
  const { name, shape, dtype, quantization } = value
  if (!Array.isArray(shape) || !shape.every(isCount)) return malformed()
  const packed = isRecord(quantization) ? quantization : undefined
  const stored = packed ? packed['dtype'] : dtype
  if (!isDtype(stored) || (!packed && !isDtype(dtype)))
    return unreadable(
      'file-format',
      `${title}: weight "${name}" is of type ${String(stored)}, which is not known`,
    )
  const base = { name, shape, stored, files, offset }
  if (!packed || stored === 'float16') return base
  const { scale, min } = packed
  if (typeof scale !== 'number' || typeof min !== 'number') return malformed()
  return { ...base, affine: { scale, min } }
}

export const tfjsWeightBytes = ({ shape, stored }: TfjsWeight): number =>
  shape.reduce((size, side) => size * side, tfjsBytes[stored] as number)

/** Shards lie beside their model.json or below it: a path that leads elsewhere is refused. */
const shardPath = (file: string, path: unknown): string => {
  const inside = typeof path === 'string' ? normalize(path) : '..'
  if (inside === '' || isAbsolute(inside) || inside.split(/[\\/]/).includes('..'))
    return unreadable(
      'file-format',
      `${basename(file)} names the shard ${JSON.stringify(path)}, outside its folder`,
    )
  return join(dirname(file), inside)
}

interface Group {
  readonly weights: readonly TfjsWeight[]
  readonly files: readonly string[]
  readonly faults: readonly Fault[]
}

const readGroup = async (file: string, group: unknown): Promise<Group> => {
  const title = basename(file)
  if (!isRecord(group) || !Array.isArray(group['paths']) || !Array.isArray(group['weights']))
    return unreadable('file-format', `the weightsManifest of ${title} is malformed`)
  const files = group['paths'].map(path => shardPath(file, path))
  const weights: TfjsWeight[] = []
  let expected = 0
  for (const value of group['weights']) {
    const weight = readWeight(value, title, files, expected)
    weights.push(weight)
    expected += tfjsWeightBytes(weight)
  }
  const faults: Fault[] = []
  let found = 0
  for (const shard of files) {
    const size = await attempt([], () => sizeOf(shard))
    if (size.fault) faults.push(size.fault)
    else found += size.value
  }
  if (faults.length === 0 && found !== expected)
    faults.push({
      code: 'file-corrupt',
      message: `${files.map(shard => basename(shard)).join(', ')}: ${found} bytes where ${title} promises ${expected}`,
      hint: 'Copy the model again, all of its files together.',
    })
  return { weights, files, faults }
}

/**
 * Reads a `model.json` of the TensorFlow.js layers format: its topology as it stands there and its table of weights,
 * held against the sizes of its shards. No shard is read. Fault paths are relative to the config that names the file.
 */
export const readTfjsHeader = async (file: string): Promise<TfjsHeader> => {
  const parsed = await attempt([], () => parse(file))
  if (parsed.fault) return { files: [file], faults: [parsed.fault] }
  const weights: TfjsWeight[] = []
  const files = [file]
  const faults: Fault[] = []
  for (const value of parsed.value['weightsManifest'] as unknown[]) {
    const group = await attempt([], () => readGroup(file, value))
    if (group.fault) faults.push(group.fault)
    else {
      weights.push(...group.value.weights)
      files.push(...group.value.files)
      faults.push(...group.value.faults)
    }
  }
  if (faults.length > 0) return { files, faults }
  return { model: { topology: parsed.value['modelTopology'], weights }, files, faults }
}
