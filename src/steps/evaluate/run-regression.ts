/** Gathers predictions batch by batch; sums are float64, in the split's order. */
export class Regression {
  private readonly width: number
  private readonly compared: boolean
  private readonly sums: Float64Array
  private readonly squares: Float64Array
  private readonly errors: Float64Array
  private readonly first: Float64Array
  private examples = 0
  private absolute = 0
  private distance = 0

  /** `width`: numbers in one target. */
  constructor(width: number, compared: boolean) {
    this.width = width
    this.compared = compared
    this.sums = new Float64Array(width)
    this.squares = new Float64Array(width)
    this.errors = new Float64Array(width)
    this.first = new Float64Array(width)
  }

  /** `count × width` each. */
  add(targets: Float32Array, output: Float32Array, reference?: Float32Array): void {
    if (this.examples === 0) this.first.set(targets.subarray(0, this.width))
    for (let i = 0; i < targets.length; i++) {
      const column = i % this.width
      const error = output[i]! - targets[i]!
      // Shifted by the first target, so that large means do not eat the variance.
      const shifted = targets[i]! - this.first[column]!
      this.sums[column]! += shifted
      this.squares[column]! += shifted * shifted
      this.errors[column]! += error * error
      this.absolute += Math.abs(error)
      if (reference) {
        const apart = output[i]! - reference[i]!
        this.distance += apart * apart
      }
    }
    this.examples += targets.length / this.width
  }

  /**
   * Means over examples and targets; the loss is the squared error. r2 = 1 − Σ error² / Σ (target − mean)², the mean over targets; absent where a
   * target never changes. What is not finite is absent.
   */
  metrics(): Record<string, number> {
    const { width, examples } = this
    let r2 = 0
    let squared = 0
    for (let i = 0; i < width; i++) {
      const spread = this.squares[i]! - (this.sums[i]! * this.sums[i]!) / examples
      r2 += (spread > 0 ? 1 - this.errors[i]! / spread : NaN) / width
      squared += this.errors[i]!
    }
    const all: Record<string, number> = {
      loss: squared / (examples * width),
      meanSquaredError: squared / (examples * width),
      meanAbsoluteError: this.absolute / (examples * width),
      r2,
      ...(this.compared ? { similarity: this.distance / examples } : {}),
    }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)))
  }
}
