// Four units of a cell at once, and those that are left one by one: `whole` says which.

@inline
export function read(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load32_zero(at)
}

@inline
export function write(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value)
  else v128.store_lane<f32>(at, value, 0)
}

/** What lies at `at` + u; zeros where there is nothing (0). */
@inline
export function readOr0(at: usize, u: usize, whole: bool): v128 {
  return at == 0 ? f32x4.splat(0) : read(at + u, whole)
}

/** A step's output: to `y` where that is wanted (not 0), and times the mask, where there is one, to the next step. */
@inline
export function emit(h: v128, y: usize, mask: usize, carried: usize, u: usize, whole: bool): void {
  if (y != 0) write(y + u, h, whole)
  write(carried + u, mask == 0 ? h : f32x4.mul(h, read(mask + u, whole)), whole)
}
