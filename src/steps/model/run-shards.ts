import { basename } from 'node:path'
import { halfToFloat } from '../../core/half.js'
import { digestOf } from '../../core/hash.js'
import { fail } from '../../core/problem.js'
import { OtherFile, readRegular, sayUnreadable } from '../../core/regular-file.js'
import type { StepFile } from '../../core/step-file.js'
import { type TfjsDtype, type TfjsWeight, tfjsWeightBytes } from '../../sources/tfjs-model.js'

/** The bytes of a file that the planner hashed; another content than it saw, or one that it never did, is a problem. */
export const readChecked = async (file: string, files: StepFile['files']): Promise<Uint8Array> => {
  const promised = files[file]
  const changed = (): never =>
    fail(
      'file-changed',
      `${basename(file)} has changed since the run was planned`,
      'Run again once nothing writes to it.',
    )
  let bytes: Uint8Array
  try {
    bytes = await readRegular(file, promised?.bytes)
  } catch (error) {
    const said = sayUnreadable(error)
    if (said === undefined) throw error
    return error instanceof OtherFile && error.code === 'EGROWN'
      ? changed()
      : fail('file-unreadable', `${basename(file)} ${said}`)
  }
  return promised?.digest === digestOf(bytes) ? bytes : changed()
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
  const odd = values.findIndex(value => !Number.isFinite(value))
  if (odd >= 0)
    return fail(
      'weight-not-finite',
      `number ${odd} of weight "${weight.name}" is ${values[odd]} (byte ${weight.offset + odd * (length / count)} of its shards)`,
      'Whatever is computed from it is no number either: look for a diverged training, or a damaged file.',
    )
  return values
}
