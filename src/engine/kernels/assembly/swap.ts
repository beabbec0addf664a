/** dst(b × a × n) from src(a × b × n); `reverse` 1: the b in reverse, 2: the a. Of the b from `first` to `end`. */
export function swapAxes(
  src: usize,
  dst: usize,
  a: i32,
  b: i32,
  n: i32,
  reverse: i32,
  first: i32,
  end: i32,
  _: usize,
): void {
  const bytes = (<usize>n) << 2
  for (let j = first; j < end; j++) {
    const column = reverse == 1 ? b - 1 - j : j
    for (let i = 0; i < a; i++) {
      const row = reverse == 2 ? a - 1 - i : i
      memory.copy(dst + <usize>(j * a + i) * bytes, src + <usize>(row * b + column) * bytes, bytes)
    }
  }
}
