import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { digestOf } from '../../core/hash.js'
import { fail } from '../../core/problem.js'
import type { StepFile } from '../../core/step-file.js'
import { type TfjsDtype, type TfjsWeight, tfjsWeightBytes } from '../../sources/tfjs-model.js'

/** The bytes of a file that the planner hashed; another content than it saw is a problem. */
export const readChecked = async (file: string, files: StepFile['files']): Promise<Uint8Array> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) =>
    fail('file-unreadable', `${basename(file)} cannot be read (${error.code ?? error.message})`),
  )
  const promised = files[file]
  if (promised && promised.digest !== digestOf(bytes))
    return fail(
      'file-changed',
      `${basename(file)} has changed since the run was planned`,
      'Run again once nothing writes to it.',
    )
  return bytes
}

/** The value of 16 bits of IEEE 754 half precision. */
export const halfToFloat = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const readers: Readonly<Record<TfjsDtype, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at * 4, true),
  int32: (view, at) => view.getInt32(at * 4, true),
  uint16: (view, at) => view.getUint16(at * 2, true),
  float16: (view, at) => halfToFloat(view.getUint16(at * 2, true)),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => view.getUint8(at),
}

/** A weight's values from the bytes of its group: value = stored · scale + min where tfjs quantized it. */
export const decodeWeight = (weight: TfjsWeight, group: Uint8Array): Float32Array => {
  const length = tfjsWeightBytes(weight)
  if (weight.offset + length > group.byteLength)
    return fail('file-corrupt', `weight "${weight.name}" reaches past the end of its shards`)
  const view = new DataView(group.buffer, group.byteOffset + weight.offset, length)
  const read = readers[weight.stored]
  const { scale = 1, min = 0 } = weight.affine ?? {}
  const count = weight.shape.reduce((product, side) => product * side, 1)
  const values = new Float32Array(count)
  for (let at = 0; at < count; at++)
    values[at] = weight.affine ? read(view, at) * scale + min : read(view, at)
  return values
}
