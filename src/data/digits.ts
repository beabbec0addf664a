import type { Random } from '../core/random.js'
import { type Trail, blur, draw, side } from './digit-pen.js'
import { type Glyph, type Stroke, glyphs } from './digit-shapes.js'

/** Stretches of a curve between two points of a stroke. */
const steps = 6

/**
 * Draws are bounded bells (three uniforms in sum, standard deviation 1, at most 3 away), and everything is made of
 * + − × ÷ and square roots, which IEEE 754 rounds alike everywhere: the same seed gives the same bytes on any machine.
 */
const bellOf =
  (random: Random) =>
  (deviation: number): number =>
    deviation * 2 * (random.uniform() + random.uniform() + random.uniform() - 1.5)

/** Points along a stroke: uniform Catmull–Rom splines (Catmull & Rom 1974), which pass through every point. */
const curve = (stroke: Stroke): number[] => {
  const count = stroke.length / 2
  const at = (i: number, axis: number): number => stroke[2 * Math.min(count - 1, Math.max(0, i)) + axis]!
  const points: number[] = [at(0, 0), at(0, 1)]
  for (let i = 0; i + 1 < count; i++) {
    for (let step = 1; step <= steps; step++) {
      const t = step / steps
      for (let axis = 0; axis < 2; axis++) {
        const [a, b, c, d] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)]
        points.push(0.5 * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))))
      }
    }
  }
  return points
}

/** A hand: how this digit is slanted, turned, stretched and placed, and with what pen. */
const place = (curves: readonly number[][], random: Random, difficulty: number): Trail[] => {
  const bell = bellOf(random)
  const slant = 0.12 + bell(0.17 * difficulty)
  const half = bell(0.06 * difficulty)
  const cos = (1 - half * half) / (1 + half * half)
  const sin = (2 * half) / (1 + half * half)
  const stretch = 0.78 + bell(0.1 * difficulty)
  const bend = bell(0.12 * difficulty)
  const pen = 1.4 + bell(0.28 * difficulty)
  const pressure = bell(0.17 * difficulty)
  const height = 18.5 + bell(1.2 * difficulty)
  const dx = bell(0.8 * difficulty)
  const dy = bell(0.8 * difficulty)

  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  const turned = curves.map(points => {
    const moved = new Array<number>(points.length)
    for (let i = 0; i < points.length; i += 2) {
      const v = points[i + 1]! - 0.5
      const u = (points[i]! - 0.5 + bend * (v * v - 0.1)) * stretch - slant * v
      const x = (moved[i] = cos * u - sin * v)
      const y = (moved[i + 1] = sin * u + cos * v)
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
    return moved
  })
  // As MNIST has it: the longer side of the digit fills a box, which is centred, here with some error.
  const scale = (height - 2 * pen) / Math.max(right - left, bottom - top)
  const x0 = (side - 1) / 2 + dx - (scale * (left + right)) / 2
  const y0 = (side - 1) / 2 + dy - (scale * (top + bottom)) / 2
  return turned.map(points => {
    const trail: number[] = []
    for (let i = 0; i < points.length; i += 2) {
      const width = pen * (1 + pressure * (2 * (i / points.length) - 1))
      trail.push(x0 + scale * points[i]!, y0 + scale * points[i + 1]!, Math.max(0.45, width))
    }
    return trail
  })
}

const shaken = (glyph: Glyph, random: Random, difficulty: number): number[][] => {
  const bell = bellOf(random)
  return glyph.map(stroke => {
    const points = [...stroke]
    for (let i = 0; i < points.length; i += 2) {
      // A corner is a point given twice: both move as one.
      if (i > 0 && stroke[i] === stroke[i - 2] && stroke[i + 1] === stroke[i - 1]) {
        points[i] = points[i - 2]!
        points[i + 1] = points[i - 1]!
        continue
      }
      points[i]! += bell(0.046 * difficulty)
      points[i + 1]! += bell(0.042 * difficulty)
    }
    return curve(points)
  })
}

/** One digit as 784 bytes, row-major, 0 is paper and 255 is ink. */
const drawDigit = (digit: number, random: Random, difficulty: number, to: Uint8Array): void => {
  const ways = glyphs[digit]!
  const glyph = ways[random.below(ways.length)]!
  const trails = place(shaken(glyph, random, difficulty), random, difficulty)
  const soft = 0.55 + 0.25 * random.uniform()
  const share = random.uniform()
  const ink = 255 * (1 - 0.12 * difficulty * random.uniform())
  const noise = 0.04 * 255 * difficulty * random.uniform()
  const picture = blur(draw(trails, soft), share * share)
  for (let i = 0; i < to.length; i++) {
    const word = random.uint32()
    // Four bytes in sum: mean 510, standard deviation 147.8.
    const grain = ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / 147.8
    to[i] = Math.max(0, Math.min(255, Math.round(ink * picture[i]! + noise * grain)))
  }
}

/** Digits drawn one after another from a stream: asking for more keeps the first. */
export const drawDigits = (
  examples: number,
  difficulty: number,
  random: Random,
): { readonly features: Uint8Array; readonly labels: Int32Array } => {
  const size = side * side
  const features = new Uint8Array(examples * size)
  const labels = new Int32Array(examples)
  for (let i = 0; i < examples; i++) {
    const digit = (labels[i] = random.below(10))
    drawDigit(digit, random, difficulty, features.subarray(i * size, (i + 1) * size))
  }
  return { features, labels }
}
