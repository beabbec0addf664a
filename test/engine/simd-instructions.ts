/* oxlint-disable unicorn/no-useless-spread -- without the spreads the formatter puts a byte on each line */
// SIMD instructions by number, and small modules that run one each.

type Value = 'v128' | 'i32' | 'i64' | 'f32' | 'f64'

export interface Instruction {
  readonly name: string
  readonly number: number
  readonly immediates: readonly number[]
  readonly takes: readonly Value[]
  readonly gives?: Value
  /** Takes an address first. */
  readonly memory?: boolean
  /** Width of the numbers that it computes, where it may give a not-a-number. */
  readonly float?: 32 | 64
  /** The code of `run` up to what it stores, in place of one instruction. */
  readonly raw?: readonly number[]
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

const floatOf = (number: number): { float?: 32 | 64 } => {
  if (number === 94 || (number >= 103 && number <= 106) || (number >= 227 && number <= 235))
    return { float: 32 }
  const wide = [95, 116, 117, 122, 148, ...range(239, 247)]
  return wide.includes(number) ? { float: 64 } : {}
}

const make = (
  numbers: readonly number[],
  takes: readonly Value[],
  gives?: Value,
  immediates: readonly (readonly number[])[] = [[]],
  memory = false,
): Instruction[] =>
  numbers.flatMap(number =>
    immediates.map(each => ({
      name: `${number} ${each.join(' ')}`,
      number,
      immediates: each,
      takes,
      ...(gives ? { gives } : {}),
      ...(memory ? { memory } : {}),
      ...floatOf(number),
    })),
  )

const lanes = (count: number): number[][] => range(0, count - 1).map(lane => [lane])
const pairs: Value[] = ['v128', 'v128']
/** Alignment (none) and an offset. */
const place = [0, 5]

const shuffles = [
  [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
  [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31],
  [1, 2, 3, 4, 31, 30, 29, 28, 0, 0, 16, 16, 7, 9, 11, 13],
  [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30],
]

export const instructions: readonly Instruction[] = [
  ...make(
    [
      ...[77, 94, 95, 97, 103, 104, 105, 106, 116, 117, 122, 129, 135, 136, 137, 138, 148, 160, 161],
      ...[167, 168, 169, 170, 193, 199, 200, 201, 202, 224, 225, 227, 236, 237, 239, ...range(248, 255)],
    ],
    ['v128'],
    'v128',
  ),
  ...make(
    [
      ...[...range(35, 76), 78, 79, 80, 81, 101, 102, 110, 113, 118, 119, 120, 121, 133, 134, 142, 145, 149],
      ...[150, 151, 152, 153, 174, 177, ...range(181, 185), 206, 209, 213, ...range(214, 219)],
      ...[...range(228, 235), ...range(240, 247)],
    ],
    pairs,
    'v128',
  ),
  ...make([13], pairs, 'v128', shuffles),
  ...make([12], [], 'v128', [range(240, 255), [0, 0, 192, 127, 1, 0, 160, 127, 0, 0, 128, 255, 1, 2, 3, 4]]),
  ...make([82], [...pairs, 'v128'], 'v128'),
  ...make([107, 108, 109, 139, 140, 141, 171, 172, 173, 203, 204, 205], ['v128', 'i32'], 'v128'),
  ...make([83, 163, 164], ['v128'], 'i32'),
  ...make([21, 22], ['v128'], 'i32', lanes(16)),
  ...make([24, 25], ['v128'], 'i32', lanes(8)),
  ...make([27], ['v128'], 'i32', lanes(4)),
  ...make([29], ['v128'], 'i64', lanes(2)),
  ...make([31], ['v128'], 'f32', lanes(4)),
  ...make([33], ['v128'], 'f64', lanes(2)),
  ...make([23], ['v128', 'i32'], 'v128', lanes(16)),
  ...make([26], ['v128', 'i32'], 'v128', lanes(8)),
  ...make([28], ['v128', 'i32'], 'v128', lanes(4)),
  ...make([30], ['v128', 'i64'], 'v128', lanes(2)),
  ...make([32], ['v128', 'f32'], 'v128', lanes(4)),
  ...make([34], ['v128', 'f64'], 'v128', lanes(2)),
  ...make([15, 16, 17], ['i32'], 'v128'),
  ...make([18], ['i64'], 'v128'),
  ...make([19], ['f32'], 'v128'),
  ...make([20], ['f64'], 'v128'),
  ...make([...range(0, 10), 92, 93], [], 'v128', [place], true),
  ...make([11], ['v128'], undefined, [place], true),
  ...[16, 8, 4, 2].flatMap((count, i) => {
    const places = lanes(count).map(lane => [...place, ...lane])
    return [
      ...make([84 + i], ['v128'], 'v128', places, true),
      ...make([88 + i], ['v128'], undefined, places, true),
    ]
  }),
]

const loads: Record<Value, readonly number[]> = {
  v128: [0xfd, 0, 0, 0],
  i32: [0x28, 0, 0],
  i64: [0x29, 0, 0],
  f32: [0x2a, 0, 0],
  f64: [0x2b, 0, 0],
}
const stores: Record<Value, readonly number[]> = {
  v128: [0xfd, 11, 0, 0],
  i32: [0x36, 0, 0],
  i64: [0x37, 0, 0],
  f32: [0x38, 0, 0],
  f64: [0x39, 0, 0],
}

const constant = (value: number): number[] => [0x41, (value & 127) | 128, value >> 7]
const sized = (bytes: readonly number[]): number[] => [
  (bytes.length & 127) | 128,
  bytes.length >> 7,
  ...bytes,
]
const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)]

/** A module whose `run` takes operands from bytes 0, 16 and 32 of its memory, loads and stores around 64, and puts what comes out at 128. */
export const moduleOf = ({ number, immediates, takes, gives, memory, raw }: Instruction): Uint8Array => {
  const one = [
    0,
    ...(gives ? constant(128) : []),
    ...(memory ? constant(64) : []),
    ...takes.flatMap((value, i) => [...constant(i * 16), ...loads[value]]),
    0xfd,
    ...(number < 128 ? [number] : [(number & 127) | 128, number >> 7]),
    ...immediates,
    ...(gives ? stores[gives] : []),
    0x0b,
  ]
  // Two vectors are its locals.
  const body = raw ? [1, 2, 0x7b, ...constant(128), ...raw, ...stores.v128, 0x0b] : one
  return Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...text('memory'), 2, 0, ...text('run'), 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ])
}
