/** Side of a picture, in pixels. */
export const side = 28

/** A polyline that the pen follows: x, y, half its width there, in pixels, three numbers a point. */
export type Trail = readonly number[]

/** Ink of one stretch of a trail: full within the pen's half width, falling off over one pixel. The darkest ink stays. */
const drawStretch = (ink: Float64Array, trail: Trail, at: number, soft: number): void => {
  const x0 = trail[at]!
  const y0 = trail[at + 1]!
  const w0 = trail[at + 2]!
  const dx = trail[at + 3]! - x0
  const dy = trail[at + 4]! - y0
  const dw = trail[at + 5]! - w0
  const length2 = dx * dx + dy * dy
  const reach = Math.max(w0, w0 + dw) + soft
  const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach))
  const right = Math.min(side - 1, Math.floor(Math.max(x0, x0 + dx) + reach))
  const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach))
  const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y0 + dy) + reach))
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = length2 === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / length2
      const t = along < 0 ? 0 : along > 1 ? 1 : along
      const ex = x - x0 - t * dx
      const ey = y - y0 - t * dy
      const cover = (w0 + t * dw + soft - Math.sqrt(ex * ex + ey * ey)) / (2 * soft)
      if (cover > ink[y * side + x]!) ink[y * side + x] = cover < 1 ? cover : 1
    }
  }
}

/** Draws trails into a picture of ink, 0 to 1, row-major. `soft`: half the width of the pen's edge, in pixels. */
export const draw = (trails: readonly Trail[], soft: number): Float64Array => {
  const ink = new Float64Array(side * side)
  for (const trail of trails)
    for (let at = 0; at + 5 < trail.length; at += 3) drawStretch(ink, trail, at, soft)
  return ink
}

/** Mixes each pixel with the binomial mean of its 3×3 neighbourhood: `share` of it blurred. */
export const blur = (ink: Float64Array, share: number): Float64Array => {
  const rows = new Float64Array(ink.length)
  const blurred = new Float64Array(ink.length)
  const mean = (from: Float64Array, at: number, place: number, step: number): number =>
    ((place > 0 ? from[at - step]! : 0) + 2 * from[at]! + (place < side - 1 ? from[at + step]! : 0)) / 4
  for (let at = 0; at < ink.length; at++) rows[at] = mean(ink, at, at % side, 1)
  for (let at = 0; at < ink.length; at++) {
    const down = mean(rows, at, (at - (at % side)) / side, side)
    blurred[at] = ink[at]! + share * (down - ink[at]!)
  }
  return blurred
}
