import { type ArrayHeader, dtypeBytes, isFloat } from './array-header.js'
import { readBody } from './body.js'
import { unreadable } from './fault.js'
import type { Task } from './tables.js'

/** Label bodies up to this size are read while a recipe is validated, so that the classes are known before anything runs. */
const mostLabelBytes = 16 * 2 ** 20

/** No classifier has more; a label above is a sign of a wrong file. */
export const mostClasses = 1_000_000

const readers: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  bool: (view, at) => view.getUint8(at),
  uint8: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint16: (view, at, little) => view.getUint16(at, little),
  int16: (view, at, little) => view.getInt16(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
}

/** Class indices from the bytes of a label array. Leaves where a value is no index. */
export const classIndices = (header: ArrayHeader, body: Uint8Array): Int32Array => {
  const { place, dtype, littleEndian, headerBytes, shape } = header
  const read = readers[dtype]
  if (!read)
    return unreadable('file-dtype', `${place.title} holds ${dtype}; labels are class indices`, {
      hint: 'Save them as integers.',
    })
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const width = dtypeBytes[dtype]
  const labels = new Int32Array(shape[0]!)
  for (let i = 0; i < labels.length; i++) {
    const label = read(view, i * width, littleEndian)
    if (!Number.isInteger(label) || label < 0 || label >= mostClasses)
      unreadable(
        'data-label',
        `${place.title}: label ${i} (byte ${headerBytes + i * width}) is ${label}; class indices are whole numbers from 0`,
        { hint: 'For numbers to predict rather than classes, set `task: regression`.' },
      )
    labels[i] = label
  }
  return labels
}

/** Examples of each class, up to the highest that occurs. */
export const countClasses = (labels: Int32Array): number[] => {
  let most = -1
  for (const label of labels) if (label > most) most = label
  const counts = new Array<number>(most + 1).fill(0)
  for (const label of labels) counts[label]!++
  return counts
}

/** Checks that an array can be labels for so many examples, or targets. */
export const checkLabels = (header: ArrayHeader, task: Task, examples: number, features: string): void => {
  const { place, shape, dtype } = header
  if (task === 'classification' && shape.length !== 1)
    unreadable(
      'file-shape',
      `${place.title} has ${shape.length} axes (${shape.join('×')}); labels have one, a class index for each example`,
      {
        hint:
          shape.length > 2
            ? 'It looks like features: are the two files swapped?'
            : 'For one-hot rows, save their argmax; for targets, set `task: regression`.',
      },
    )
  if (shape.length < 1 || shape.length > 2)
    unreadable('file-shape', `${place.title} has ${shape.length} axes; targets have one or two`)
  if (task === 'classification' && isFloat(dtype) && dtype === 'float16')
    unreadable('file-dtype', `${place.title} holds float16; labels are class indices`, {
      hint: 'Save them as integers.',
    })
  if (shape[1] === 0) unreadable('file-shape', `${place.title} is empty: its shape is ${shape.join('×')}`)
  if (shape[0] !== examples)
    unreadable(
      'files-mismatched',
      `${place.title} has ${shape[0]} labels, but ${features} has ${examples} examples`,
      {
        hint: 'Take both files from the same set.',
      },
    )
}

/** Classes of a label array: read where it is small, absent where it is not. */
export const readClasses = async (header: ArrayHeader): Promise<number[] | undefined> =>
  header.bodyBytes > mostLabelBytes ? undefined : countClasses(classIndices(header, await readBody(header)))
