/** Instances of one step that stand by their names; more are counted. */
const mostNamed = 3

/** Names of instances, those of one step together where they are many: `base, tuned ×12`. */
export const gathered = (instances: readonly string[]): string => {
  const steps = new Map<string, string[]>()
  for (const name of instances) {
    const step = name.split('[', 1)[0]!
    const own = steps.get(step)
    if (own) own.push(name)
    else steps.set(step, [name])
  }
  return [...steps]
    .map(([step, names]) => (names.length > mostNamed ? `${step} ×${names.length}` : names.join(', ')))
    .join(', ')
}
