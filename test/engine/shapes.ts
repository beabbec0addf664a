import { tf } from '../../src/engine/tf.js'
import { stream } from '../../src/core/random.js'

/** A tensor of normal draws, the same on every engine; `steps` rounds them to a coarse grid, so that ties occur. */
export const drawn = (name: string, shape: number[], steps = 0): tf.Tensor => {
  const random = stream(11, name)
  const size = shape.reduce((product, side) => product * side, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () =>
      steps > 0 ? Math.round(random.normal() * steps) / steps : random.normal(),
    ),
    shape,
  )
}

/** Greatest difference of two lists, relative to the greatest magnitude in the second (at least 1). */
export const difference = (got: ArrayLike<number>, want: ArrayLike<number>): number => {
  if (got.length !== want.length) return Infinity
  let worst = 0
  let scale = 1
  for (let i = 0; i < want.length; i++) {
    const off = Math.abs(got[i]! - want[i]!)
    worst = Math.max(
      worst,
      Number.isNaN(off) && !(Number.isNaN(got[i]) && Number.isNaN(want[i])) ? Infinity : off,
    )
    scale = Math.max(scale, Math.abs(want[i]!))
  }
  return worst / scale
}
