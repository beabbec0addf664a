import type { ClassScores } from '../../core/class-scores.js'
import { log } from '../../core/portable/logarithm.js'
import { type Answers, answerOf } from './run-answers.js'

export interface ClassificationReport {
  /** Means over the split; what could not be measured is absent. */
  readonly metrics: Readonly<Record<string, number>>
  readonly perClass: readonly ClassScores[]
  /** Rows are the true classes, columns the answers; an answer that is not a number stands in none. */
  readonly confusion: readonly (readonly number[])[]
  /** Examples whose output was not a number. */
  readonly notFinite: number
  /** One bit an example, least significant bit first: was the answer right? */
  readonly correct: Uint8Array
  /** The same for top k; absent where there are no more than k classes. */
  readonly correctTop?: Uint8Array
}

export interface ClassificationOptions {
  readonly examples: number
  readonly classes: number
  readonly classNames?: readonly string[]
  readonly topK: number
  /** Answers are compared with a reference's. */
  readonly compared: boolean
}

/** Keras's ε: a probability counts for at least this in the loss. */
const epsilon = 1e-7

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** Is `label` among the `k` largest? Of equal ones the first comes first. */
const within = (row: Float64Array, label: number, k: number): boolean => {
  let before = 0
  for (let i = 0; i < row.length; i++)
    if (row[i]! > row[label]! || (row[i] === row[label] && i < label)) before++
  return before < k
}

const lossOf = (row: Float64Array, label: number): number => {
  let sum = 0
  for (const p of row) sum += p
  return -log(Math.min(1 - epsilon, Math.max(epsilon, row[label]! / sum)))
}

/** Gathers answers batch by batch; everything is counted or summed in float64, in the split's order. */
export class Classification {
  private readonly options: ClassificationOptions
  private readonly counts: number[][]
  private readonly correct: Uint8Array
  private readonly correctTop: Uint8Array
  private at = 0
  private right = 0
  private rightTop = 0
  private loss = 0
  private agreed = 0
  private distance = 0
  private notFinite = 0

  constructor(options: ClassificationOptions) {
    this.options = options
    this.counts = Array.from({ length: options.classes }, () => new Array<number>(options.classes).fill(0))
    this.correct = new Uint8Array(Math.ceil(options.examples / 8))
    this.correctTop = new Uint8Array(this.correct.length)
  }

  add(labels: Int32Array, { rows, width }: Answers, reference?: Answers): void {
    for (const [i, label] of labels.entries()) {
      const row = rows.subarray(i * width, (i + 1) * width)
      const answer = answerOf(row)
      if (reference) this.compare(row, answer, reference.rows.subarray(i * width, (i + 1) * width))
      if (answer < 0) this.notFinite++
      else {
        this.counts[label]![answer]!++
        this.loss += lossOf(row, label)
        if (answer === label) {
          this.right++
          this.mark(this.correct)
        }
        if (within(row, label, this.options.topK)) {
          this.rightTop++
          this.mark(this.correctTop)
        }
      }
      this.at++
    }
  }

  private mark(bits: Uint8Array): void {
    bits[this.at >> 3]! |= 1 << (this.at & 7)
  }

  private compare(row: Float64Array, answer: number, other: Float64Array): void {
    if (answer >= 0 && answer === answerOf(other)) this.agreed++
    for (let i = 0; i < row.length; i++) {
      const apart = row[i]! - other[i]!
      this.distance += apart * apart
    }
  }

  report(): ClassificationReport {
    const { classes, classNames, topK, compared } = this.options
    const { at: total, counts } = this
    const answered = counts.map((_, i) => counts.reduce((sum, row) => sum + row[i]!, 0))
    const perClass = counts.map((row, i): ClassScores => {
      const support = row.reduce((sum, count) => sum + count, 0)
      const precision = share(row[i]!, answered[i]!)
      const recall = share(row[i]!, support)
      const f1 = share(2 * row[i]!, support + answered[i]!)
      return { name: classNames?.[i] ?? `${i}`, precision, recall, f1, support }
    })
    // Macro means are over the classes that occur as truth or as answer: the others have nothing to say.
    const occurring = perClass.filter((each, i) => each.support + answered[i]! > 0)
    const macro = (of: (each: ClassScores) => number): number =>
      share(
        occurring.reduce((sum, each) => sum + of(each), 0),
        occurring.length,
      )
    const metrics: Record<string, number> = {
      accuracy: share(this.right, total),
      precision: macro(each => each.precision),
      recall: macro(each => each.recall),
      f1: macro(each => each.f1),
    }
    if (this.notFinite === 0) metrics['loss'] = share(this.loss, total)
    const tops = topK < classes
    if (tops) metrics[`top${topK}`] = share(this.rightTop, total)
    if (compared) {
      metrics['agreement'] = share(this.agreed, total)
      if (Number.isFinite(this.distance)) metrics['similarity'] = share(this.distance, total)
    }
    return {
      metrics,
      perClass,
      confusion: counts,
      notFinite: this.notFinite,
      correct: this.correct,
      ...(tops ? { correctTop: this.correctTop } : {}),
    }
  }
}
