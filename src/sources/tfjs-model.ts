import { stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize } from 'node:path'
import type { Fault } from '../core/problem.js'
import { listed } from '../core/listed.js'
import { OtherFile, readRegular, refuseOthers } from '../core/regular-file.js'
import { formatBytes } from '../core/units.js'
import { attempt, unreadable } from './fault.js'
import { measureJson } from './json-size.js'
import { mostAxes, mostOfModel } from './limits.js'
import { ioFault } from './open-files.js'

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

/** Parses a `model.json`; leaves where it is none, or larger, richer or deeper than any. */
const jsonOf = (title: string, bytes: Uint8Array): unknown => {
  const { values, depth } = measureJson(bytes)
  if (values > mostOfModel.values || depth > mostOfModel.depth)
    return unreadable(
      'data-too-large',
      values > mostOfModel.values
        ? `${title} holds more than ${mostOfModel.values} values`
        : `${title} has lists and maps more than ${mostOfModel.depth} deep`,
      { hint: 'Is it a `model.json` of TensorFlow.js? The numbers of a model lie in shards beside it.' },
    )
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it is not UTF-8'
    return unreadable('file-format', `${title} is not JSON: ${why}`, {
      hint: 'A TensorFlow.js model is a `model.json` with its shards beside it.',
    })
  }
}

/** The bytes of a `model.json`. Leaves as `Unreadable`. */
const bytesOf = async (file: string): Promise<Uint8Array> => {
  try {
    return await readRegular(file, mostOfModel.bytes)
  } catch (error) {
    if (error instanceof OtherFile && error.code === 'EGROWN')
      return unreadable(
        'data-too-large',
        `${basename(file)} has more than the ${formatBytes(mostOfModel.bytes)} of a \`model.json\``,
        { hint: 'The numbers of a model lie in shards beside it.' },
      )
    return ioFault(file, error)
  }
}

const parse = (file: string, bytes: Uint8Array): Json => {
  const parsed = jsonOf(basename(file), bytes)
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

const shown = (value: unknown): string => shortened(JSON.stringify(value) ?? 'nothing')

/** A text that a message quotes. */
const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text)

const readWeight = (value: unknown, title: string, files: readonly string[], offset: number): TfjsWeight => {
  const malformed = (why: string): never => unreadable('file-format', `${title} lists a weight ${why}`)
  if (!isRecord(value) || typeof value['name'] !== 'string') return malformed('without a name')
  const { name, shape, dtype, quantization } = value
  if (name.length > mostOfModel.name) return malformed(`whose name has ${name.length} characters`)
  const called = `"${shortened(name)}"`
  if (!Array.isArray(shape) || shape.length > mostAxes || !shape.every(isCount))
    return malformed(`${called} whose shape is ${shown(shape)}`)
  const packed = isRecord(quantization) ? quantization : undefined
  const stored = packed ? packed['dtype'] : dtype
  if (!isDtype(stored) || (!packed && !isDtype(dtype)))
    return malformed(`${called} of type ${shown(stored)}, which is not known`)
  const base = { name, shape, stored, files, offset }
  if (!Number.isSafeInteger(tfjsWeightBytes(base)))
    return malformed(`${called} of ${shape.join('×')} numbers, which no file can hold`)
  if (!packed || stored === 'float16') return base
  const { scale, min } = packed
  if (!Number.isFinite(scale) || !Number.isFinite(min))
    return malformed(`${called} whose scale and min are ${shown(scale)} and ${shown(min)}`)
  return { ...base, affine: { scale: scale as number, min: min as number } }
}

export const tfjsWeightBytes = ({ shape, stored }: Pick<TfjsWeight, 'shape' | 'stored'>): number =>
  shape.reduce((size, side) => size * side, tfjsBytes[stored] as number)

/**
 * Where a shard lies: beside its model.json or below it. A path that leads elsewhere is refused; where symbolic links on
 * the way lead is for the planner to judge, which knows what the recipe may read.
 */
const shardPath = (file: string, path: unknown): string => {
  const refuse = (why: string): never =>
    unreadable('file-format', `${basename(file)} names the shard ${shown(path)}, ${why}`)
  if (typeof path !== 'string' || path === '') return refuse('which is no path')
  if (path.length > mostOfModel.name) return refuse(`whose name has ${path.length} characters`)
  if (path.includes('\0')) return refuse('whose name holds a NUL character')
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(path)) return refuse('an address; only files beside it are read')
  const inside = normalize(path)
  if (isAbsolute(inside) || /^[A-Za-z]:/.test(inside) || inside.split(/[\\/]/).includes('..'))
    return refuse('outside its folder')
  return join(dirname(file), inside)
}

interface Group {
  readonly weights: readonly TfjsWeight[]
  readonly files: readonly string[]
  readonly faults: readonly Fault[]
}

/** Faults of shards that are told of one group: of a folder that lacks them all nobody reads more. */
const mostFaults = 10

/** Bytes and identity of a shard. Leaves as `Unreadable`. */
const shardOf = async (file: string): Promise<{ readonly bytes: number; readonly identity: string }> => {
  try {
    const found = await stat(file, { bigint: true })
    refuseOthers(found, file)
    return { bytes: Number(found.size), identity: `${found.dev} ${found.ino}` }
  } catch (error) {
    return ioFault(file, error)
  }
}

const readGroup = async (file: string, group: unknown, taken: Set<string>): Promise<Group> => {
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
    const size = await attempt([], () => shardOf(shard))
    if (size.fault) faults.push(size.fault)
    // One that is named again and again would give more bytes than there are.
    else if (taken.has(size.value.identity))
      faults.push({ code: 'file-format', message: `${title} names the shard ${basename(shard)} twice` })
    else {
      taken.add(size.value.identity)
      found += size.value.bytes
    }
    if (faults.length >= mostFaults) break
  }
  if (faults.length === 0 && found !== expected)
    faults.push({
      code: 'file-corrupt',
      message: `${listed(files.map(shard => basename(shard)))}: ${found} bytes where ${title} promises ${expected}`,
      hint: 'Copy the model again, all of its files together.',
    })
  return { weights, files, faults }
}

/**
 * Reads a `model.json` of the TensorFlow.js layers format: its topology as it stands there and its table of weights,
 * held against the sizes of its shards. No shard is read. Fault paths are relative to the config that names the file.
 * `given`: its bytes, where they were read and checked already.
 */
export const readTfjsHeader = async (file: string, given?: Uint8Array): Promise<TfjsHeader> => {
  const parsed = await attempt([], async () => parse(file, given ?? (await bytesOf(file))))
  if (parsed.fault) return { files: [file], faults: [parsed.fault] }
  const groups = parsed.value['weightsManifest'] as unknown[]
  const named = groups.reduce<number>(
    (sum, group) => sum + (isRecord(group) && Array.isArray(group['paths']) ? group['paths'].length : 0),
    0,
  )
  if (named > mostOfModel.shards) {
    const message = `${basename(file)} names ${named} shards; a model may have ${mostOfModel.shards}`
    return { files: [file], faults: [{ code: 'data-too-large', message }] }
  }
  const weights: TfjsWeight[] = []
  const files = [file]
  const faults: Fault[] = []
  const taken = new Set<string>()
  for (const value of groups) {
    const group = await attempt([], () => readGroup(file, value, taken))
    if (group.fault) faults.push(group.fault)
    else {
      for (const weight of group.value.weights) weights.push(weight)
      for (const shard of group.value.files) files.push(shard)
      faults.push(...group.value.faults)
    }
    if (faults.length >= mostFaults) break
  }
  if (faults.length > 0) return { files, faults }
  return { model: { topology: parsed.value['modelTopology'], weights }, files, faults }
}
