import { gruCellGradient, gruResetGradient } from './cell-gru'
import { read, write } from './cell-lanes'
import { lstmCellGradient } from './cell-lstm'
import { simpleCellGradient } from './cell-simple'
import { multiplyPacked, packedScratch } from './packed'
import { beyond, gru, lstm, outputAt, outputRow, Recurrence, rowsFrom } from './recurrence'

@inline
function joinLanes(dh: usize, mask: usize, dy: usize, u: usize, whole: bool): void {
  let d = read(dh + u, whole)
  if (mask != 0) d = f32x4.mul(d, read(mask + u, whole))
  if (dy != 0) d = f32x4.add(d, read(dy + u, whole))
  write(dh + u, d, whole)
}

/** dh = dh·mask + dy, a row of `width` bytes; `mask` and `dy` may be 0 (none). */
function join(dh: usize, mask: usize, dy: usize, width: usize): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) joinLanes(dh, mask, dy, u, true)
  for (; u < width; u += 4) joinLanes(dh, mask, dy, u, false)
}

/** The gradient of what goes to a step from the one before it: `dh`, which has what goes there past the gates. */
function stepBack(
  r: Recurrence,
  gates: usize,
  dGates: usize,
  before: usize,
  dh: usize,
  dKept: usize,
  rows: i32,
  scratch: usize,
): void {
  const units = r.units
  const width = <usize>units << 2
  const wide = width * r.kernels
  const zeros = r.zeros
  if (r.cell != gru) {
    const fed = units * r.kernels
    multiplyPacked(dGates, wide, rows, r.recurrent, units, fed, dh, width, zeros, 0, zeros, scratch)
    return
  }
  const from = dGates + 2 * width
  multiplyPacked(from, wide, rows, r.candidate, units, units, dKept, width, zeros, 0, zeros, scratch)
  for (let row = 0; row < rows; row++) {
    const above = <usize>row * width
    const second = <usize>row * wide + width
    gruResetGradient(
      gates + second,
      before + above,
      dKept + above,
      dh + above,
      dGates + second,
      width,
      r.gate,
      scratch,
    )
  }
  multiplyPacked(dGates, wide, rows, r.recurrent, units, 2 * units, dh, width, dh, width, zeros, scratch)
}

function backwardRows(r: Recurrence, top: i32, rows: i32, scratch: usize): void {
  const width = <usize>r.units << 2
  const wide = width * r.kernels
  const up = <usize>top * width
  const dyRow = outputRow(r)
  const last = r.steps - 1
  // Of the output, of an LSTM's state, and of what a GRU's reset gate keeps.
  const dh = scratch + packedScratch
  const dState = dh + <usize>r.height * width
  const dKept = dState + <usize>r.height * width
  memory.fill(dh, 0, <usize>rows * width)
  memory.fill(dState, 0, <usize>rows * width)
  for (let t = last; t >= 0; t--) {
    const gates = r.gates + <usize>t * r.gatesStep + <usize>top * wide
    const dGates = r.dGates + <usize>t * r.gatesStep + <usize>top * wide
    const states = r.states + <usize>t * r.statesStep + up
    const before: usize = t == 0 ? 0 : r.carried + <usize>(t - 1) * r.statesStep + up
    const stateBefore: usize = t == 0 ? 0 : states - r.statesStep
    const dy = outputAt(r, t, top)
    for (let row = 0; row < rows; row++) {
      const above = <usize>row * width
      const cell = gates + <usize>row * wide
      const to = dGates + <usize>row * wide
      const d = dh + above
      join(d, t == last ? 0 : beyond(r.mask, up + above), beyond(dy, <usize>row * dyRow), width)
      if (r.cell == lstm) {
        const old = beyond(stateBefore, above)
        const dc = dState + above
        lstmCellGradient(cell, old, states + above, d, dc, to, width, r.activation, r.gate, scratch)
      } else if (r.cell == gru)
        gruCellGradient(cell, beyond(before, above), d, to, width, r.activation, r.gate, scratch)
      else simpleCellGradient(cell, d, to, width, r.activation, scratch)
    }
    if (t > 0) stepBack(r, gates, dGates, before, dh, dKept, rows, scratch)
  }
}

/** Everything of the chunks from `first` to `end`: the gradient of what goes into the gates, from y's. */
export function recurrenceGradient(r: Recurrence, first: i32, end: i32, scratch: usize): void {
  for (let chunk = first; chunk < end; chunk++) {
    const top = chunk * r.height
    backwardRows(r, top, rowsFrom(r, top), scratch)
  }
}
