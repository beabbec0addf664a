import { bent, oneBent, onePassing, passing, topOf } from './bend'
import { addRun } from './patches'

/** y = x behind the bend, for the elements from `first` to `end`. */
export function bendElements(x: usize, bend: i32, y: usize, first: i32, end: i32, _: usize): void {
  let at = <usize>first << 2
  const last = <usize>end << 2
  for (; at + 16 <= last; at += 16) v128.store(y + at, bent(v128.load(x + at), bend))
  for (; at < last; at += 4) store<f32>(y + at, oneBent(load<f32>(x + at), bend))
}

/** dx = what passes of dy where x goes into the bend, for the elements from `first` to `end`. */
export function bendGradient(
  dy: usize,
  x: usize,
  bend: i32,
  dx: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  const top = topOf(bend)
  const tops = f32x4.splat(top)
  let at = <usize>first << 2
  const last = <usize>end << 2
  for (; at + 16 <= last; at += 16)
    v128.store(dx + at, passing(v128.load(dy + at), v128.load(x + at), tops))
  for (; at < last; at += 4) store<f32>(dx + at, onePassing(load<f32>(dy + at), load<f32>(x + at), top))
}

/** y = a + b, a − b or a·b (`which` 0, 1, 2), for the elements from `first` to `end`. */
export function combine(
  which: i32,
  a: usize,
  b: usize,
  y: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  if (which == 0) combineAs(0, a, b, y, first, end)
  else if (which == 1) combineAs(1, a, b, y, first, end)
  else combineAs(2, a, b, y, first, end)
}

@inline
function combineAs(which: i32, a: usize, b: usize, y: usize, first: i32, end: i32): void {
  let at = <usize>first << 2
  const last = <usize>end << 2
  for (; at + 16 <= last; at += 16) {
    const p = v128.load(a + at)
    const q = v128.load(b + at)
    v128.store(y + at, which == 0 ? f32x4.add(p, q) : which == 1 ? f32x4.sub(p, q) : f32x4.mul(p, q))
  }
  for (; at < last; at += 4) {
    const p = load<f32>(a + at)
    const q = load<f32>(b + at)
    store<f32>(y + at, which == 0 ? p + q : which == 1 ? p - q : p * q)
  }
}

/** y(segment) += x(row) for each row, in the rows' order; ids outside 0…segments − 1 are left out. */
export function segmentSum(x: usize, ids: usize, rows: i32, inner: i32, y: usize, segments: i32): void {
  const rowBytes = (<usize>inner) << 2
  memory.fill(y, 0, <usize>segments * rowBytes)
  for (let row = 0; row < rows; row++) {
    const segment = load<i32>(ids)
    if (<u32>segment < <u32>segments) addRun(y + <usize>segment * rowBytes, x, inner)
    ids += 4
    x += rowBytes
  }
}
