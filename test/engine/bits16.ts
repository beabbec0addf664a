import type { HalfType } from '../../src/engine/graph/mixed-precision.js'

/** Bits of precision, the smallest exponent of a normal number, and the largest number. */
const formats: Readonly<Record<HalfType, { precision: number; lowest: number; largest: number }>> = {
  float16: { precision: 11, lowest: -14, largest: 65504 },
  bfloat16: { precision: 8, lowest: -126, largest: (2 - 2 ** -7) * 2 ** 127 },
}

/** The nearest number of a format of 16 bits, ties to even (IEEE 754, section 4.3.1), from the definition. */
export const nearest16 = (value: number, format: HalfType): number => {
  if (value === 0 || !Number.isFinite(value)) return value
  const { precision, lowest, largest } = formats[format]
  const exponent = Math.max(lowest, Math.floor(Math.log2(Math.abs(value))))
  const unit = 2 ** (exponent - precision + 1)
  const units = value / unit
  const below = Math.floor(units)
  const up = units - below > 0.5 || (units - below === 0.5 && below % 2 !== 0)
  const rounded = (up ? below + 1 : below) * unit
  return Math.abs(rounded) > largest ? Math.sign(value) * Infinity : rounded
}

/** Half of the distance between two numbers at 1. */
export const half16: Readonly<Record<HalfType, number>> = { float16: 2 ** -11, bfloat16: 2 ** -8 }
