/** A convolution's numbers: NHWC images, a filter (height, width, in, out), zeros around the image. */
export interface Shape {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly inChannels: number
  readonly outChannels: number
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padTop: number
  readonly padLeft: number
  readonly outHeight: number
  readonly outWidth: number
}

type Values = ArrayLike<number>

/** Calls back for every product of the sum, with the places of x, of the filter and of y. */
const eachProduct = (s: Shape, take: (x: number, filter: number, y: number) => void): void => {
  for (let b = 0; b < s.batch; b++)
    for (let row = 0; row < s.outHeight; row++)
      for (let column = 0; column < s.outWidth; column++)
        for (let i = 0; i < s.kernel[0]; i++)
          for (let j = 0; j < s.kernel[1]; j++) {
            const top = row * s.stride[0] - s.padTop + i
            const left = column * s.stride[1] - s.padLeft + j
            if (top < 0 || left < 0 || top >= s.height || left >= s.width) continue
            const pixel = ((b * s.height + top) * s.width + left) * s.inChannels
            const tap = (i * s.kernel[1] + j) * s.inChannels
            const out = ((b * s.outHeight + row) * s.outWidth + column) * s.outChannels
            for (let c = 0; c < s.inChannels; c++)
              for (let n = 0; n < s.outChannels; n++) take(pixel + c, (tap + c) * s.outChannels + n, out + n)
          }
}

/** conv(x, filter) and both gradients for dy, term by term in float64. */
export const exactConvolution = (
  s: Shape,
  x: Values,
  filter: Values,
  dy: Values,
): { y: Float64Array; dx: Float64Array; dFilter: Float64Array } => {
  const y = new Float64Array(dy.length)
  const dx = new Float64Array(x.length)
  const dFilter = new Float64Array(filter.length)
  eachProduct(s, (xAt, filterAt, yAt) => {
    y[yAt]! += x[xAt]! * filter[filterAt]!
    dx[xAt]! += dy[yAt]! * filter[filterAt]!
    dFilter[filterAt]! += dy[yAt]! * x[xAt]!
  })
  return { y, dx, dFilter }
}
