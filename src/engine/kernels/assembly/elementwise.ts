import { addRun } from './patches'

/** dx = dy where x > 0, else 0, for the elements from `first` to `end`. */
export function reluGradient(dy: usize, x: usize, dx: usize, first: i32, end: i32, _: usize): void {
  const skip = <usize>first << 2
  dy += skip
  x += skip
  dx += skip
  let n = end - first
  const zero = f32x4.splat(0)
  while (n >= 4) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(x), zero)))
    dy += 16
    x += 16
    dx += 16
    n -= 4
  }
  while (n > 0) {
    store<f32>(dx, load<f32>(x) > 0 ? load<f32>(dy) : <f32>0)
    dy += 4
    x += 4
    dx += 4
    n--
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
