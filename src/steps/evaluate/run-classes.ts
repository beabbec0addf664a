/** What was counted over a split of a classification dataset. */
export interface ClassCounts {
  readonly examples: number
  /** `confusion[actual][predicted]`: examples. */
  readonly confusion: readonly (readonly number[])[]
}

export interface ClassScore {
  readonly class: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Examples of the class. */
  readonly support: number
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** Precision, recall and F1 of each class; 0 where nothing was predicted or nothing is there, as scikit-learn has it. */
export const classScores = (
  confusion: readonly (readonly number[])[],
  names?: readonly string[],
): ClassScore[] =>
  confusion.map((row, k) => {
    const hit = row[k]!
    const support = row.reduce((sum, n) => sum + n, 0)
    const predicted = confusion.reduce((sum, each) => sum + each[k]!, 0)
    return {
      class: names?.[k] ?? String(k),
      precision: share(hit, predicted),
      recall: share(hit, support),
      f1: share(2 * hit, support + predicted),
      support,
    }
  })

/** Means over the classes, each of equal weight, of those that occur or were predicted. */
export const macro = (
  scores: readonly ClassScore[],
  confusion: readonly (readonly number[])[],
): { readonly precision: number; readonly recall: number; readonly f1: number } => {
  const seen = scores.filter((score, k) => score.support > 0 || confusion.some(row => row[k]! > 0))
  const mean = (of: (score: ClassScore) => number): number =>
    share(
      seen.reduce((sum, score) => sum + of(score), 0),
      seen.length,
    )
  return {
    precision: mean(each => each.precision),
    recall: mean(each => each.recall),
    f1: mean(each => each.f1),
  }
}
