import type { Reader } from './bytes.js'
import type { Frame } from './frame.js'

/** Writes what one SIMD instruction does with scalar ones; its immediates are next in the reader. */
export type Lowering = (frame: Frame, reader: Reader) => void
