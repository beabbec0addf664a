// Max pools of volumes (NDHWC). Rare, and small where they occur: plain loops.
import { Window } from './window'

/** Address of the last greatest element that a window sees (the cpu engine takes the first in images, the last in volumes); 0 where it sees none. `x` is the image's channel. */
function greatest(w: Window, x: usize, front: i32, top: i32, left: i32): usize {
  const channelBytes = (<usize>w.inChannels) << 2
  let best = -Infinity as f32
  let found: usize = 0
  for (let z = max(0, front); z < min(w.inDepth, front + w.depth); z++)
    for (let row = max(0, top); row < min(w.inHeight, top + w.height); row++)
      for (let column = max(0, left); column < min(w.inWidth, left + w.width); column++) {
        const at = x + <usize>((z * w.inHeight + row) * w.inWidth + column) * channelBytes
        const value = load<f32>(at)
        if (value >= best) {
          best = value
          found = at
        }
      }
  return found
}

/**
 * With `gradient`: dx (as large as x) gets each window's dy at its last greatest element.
 * Without: y gets the greatest elements themselves. `y` is dy or y.
 */
export function maxPool3d(w: Window, x: usize, y: usize, dx: usize, gradient: bool): void {
  const imageBytes = (<usize>(w.inDepth * w.inHeight * w.inWidth * w.inChannels)) << 2
  if (gradient) memory.fill(dx, 0, imageBytes * <usize>w.batch)
  for (let image = 0; image < w.batch; image++) {
    for (let z = 0; z < w.outDepth; z++)
      for (let row = 0; row < w.outHeight; row++)
        for (let column = 0; column < w.outWidth; column++)
          for (let channel = 0; channel < w.inChannels; channel++) {
            const found = greatest(
              w,
              x + ((<usize>channel) << 2),
              z * w.strideZ - w.padFront,
              row * w.strideY - w.padTop,
              column * w.strideX - w.padLeft,
            )
            if (!gradient) store<f32>(y, found == 0 ? (-Infinity as f32) : load<f32>(found))
            else if (found != 0) {
              const cell = dx + (found - x)
              store<f32>(cell, load<f32>(cell) + load<f32>(y))
            }
            y += 4
          }
    x += imageBytes
    dx += imageBytes
  }
}
