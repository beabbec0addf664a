/** Weights that make every class count the same: examples / (classes · examples of the class); 1 where a class has none. */
export const balancedWeights = (labels: Int32Array, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label]!++
  const present = counts.filter(count => count > 0).length
  return counts.map(count => (count === 0 ? 1 : labels.length / (present * count)))
}

/** Weights by class name or index as a list by index; a class that is not named counts 1. */
export const namedWeights = (
  named: Readonly<Record<string, number>>,
  classes: number,
  classNames?: readonly string[],
): number[] => Array.from({ length: classes }, (_, at) => named[classNames?.[at] ?? at] ?? named[at] ?? 1)
