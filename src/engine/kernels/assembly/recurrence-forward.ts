import { gruCell, gruGates } from './cell-gru'
import { lstmCell } from './cell-lstm'
import { simpleCell } from './cell-simple'
import { multiplyPacked } from './packed'
import { beyond, gru, lstm, outputAt, outputRow, Recurrence, rowsFrom } from './recurrence'

/** A GRU's reset gate, and what it keeps of the output before goes into the candidate. */
function reset(
  r: Recurrence,
  gates: usize,
  before: usize,
  kept: usize,
  rows: i32,
  width: usize,
  scratch: usize,
): void {
  const wide = width * 3
  for (let row = 0; row < rows; row++) {
    const above = <usize>row * width
    gruGates(gates + above * 3, beyond(before, above), kept + above, width, r.gate, scratch)
  }
  if (before == 0) return
  const to = gates + 2 * width
  const units = r.units
  multiplyPacked(kept, width, rows, r.candidate, units, units, to, wide, to, wide, r.zeros, scratch)
}

function forwardRows(r: Recurrence, top: i32, rows: i32, scratch: usize): void {
  const units = r.units
  const across = units * r.kernels
  const width = <usize>units << 2
  const wide = <usize>across << 2
  const up = <usize>top * width
  const xRow = <usize>(r.steps * r.channels) << 2
  const yRow = outputRow(r)
  // A GRU's candidate waits for its reset gate.
  const fed = r.cell == gru ? 2 * units : across
  for (let t = 0; t < r.steps; t++) {
    const gates = r.gates + <usize>t * r.gatesStep + <usize>top * wide
    const carried = r.carried + <usize>t * r.statesStep + up
    const states = r.states + <usize>t * r.statesStep + up
    const before: usize = t == 0 ? 0 : carried - r.statesStep
    const stateBefore: usize = t == 0 ? 0 : states - r.statesStep
    const source = r.backwards == 1 ? r.steps - 1 - t : t
    const x = r.x + (<usize>((top * r.steps + source) * r.channels) << 2)
    multiplyPacked(x, xRow, rows, r.kernel, across, r.channels, gates, wide, r.bias, 0, r.zeros, scratch)
    if (t > 0)
      multiplyPacked(before, width, rows, r.recurrent, fed, units, gates, wide, gates, wide, r.zeros, scratch)
    if (r.cell == gru) reset(r, gates, before, states, rows, width, scratch)
    const y = outputAt(r, t, top)
    for (let row = 0; row < rows; row++) {
      const above = <usize>row * width
      const cell = gates + <usize>row * wide
      const out = beyond(y, <usize>row * yRow)
      const mask = beyond(r.mask, up + above)
      const to = carried + above
      if (r.cell == lstm) {
        const old = beyond(stateBefore, above)
        lstmCell(cell, old, states + above, out, mask, to, width, r.activation, r.gate, scratch)
      } else if (r.cell == gru)
        gruCell(cell, beyond(before, above), out, mask, to, width, r.activation, scratch)
      else simpleCell(cell, out, mask, to, width, r.activation, scratch)
    }
  }
}

/** Everything of the chunks from `first` to `end`: y, and what the steps keep. */
export function recurrenceForward(r: Recurrence, first: i32, end: i32, scratch: usize): void {
  for (let chunk = first; chunk < end; chunk++) {
    const top = chunk * r.height
    forwardRows(r, top, rowsFrom(r, top), scratch)
  }
}
