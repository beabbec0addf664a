import type { InstanceId } from '../core/brand.js'
import { problem, type Fault, type Problem, type Span } from '../core/problem.js'
import { shorten } from '../core/shorten.js'
import type { Recipe, Step } from '../language/recipe.js'

/** Collects a plan's problems with their frames; the same one of several instances is said once. */
export interface Problems {
  add(...found: readonly Problem[]): void
  /** A fault of a step's config, whose path is one inside the step. `instance`: the one that it was found in. */
  fault(step: Step, fault: Fault, instance?: InstanceId): void
  all(): readonly Problem[]
}

/** Problems of one plan that are told; nobody reads more. */
const most = 1000

const framed = (found: Problem, recipe: Recipe): Problem => ({
  ...found,
  message: shorten(found.message),
  ...(found.hint === undefined ? {} : { hint: shorten(found.hint) }),
  ...(found.at && found.frame === undefined ? { frame: recipe.frame(found.at) } : {}),
})

const before = (a: Span | undefined, b: Span | undefined): number =>
  a && b
    ? (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column
    : Number(a !== undefined) - Number(b !== undefined)

/** Names of the instances that a fault was found in, where its step has others that are fine. */
const where = (step: Step, instances: ReadonlySet<InstanceId>): string => {
  if (instances.size === 0 || step.variants.length <= 1 || instances.size >= step.variants.length) return ''
  const names = [...instances]
  return ` (${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''})`
}

export const collectProblems = (recipe: Recipe): Problems => {
  const found = new Map<
    string,
    { readonly problem: Problem; readonly step?: Step; readonly in: Set<InstanceId> }
  >()
  let hidden = 0
  let firstHidden: Span | undefined
  const rest = (): readonly Problem[] =>
    hidden === 0
      ? []
      : [
          framed(
            problem('too-many-problems', `${hidden} more problems are not shown`, {
              ...(firstHidden ? { at: firstHidden } : {}),
              hint: 'Mend those that are shown first.',
            }),
            recipe,
          ),
        ]
  const put = (each: Problem, step?: Step, instance?: InstanceId): void => {
    const identity = JSON.stringify([each.code, each.message, each.at])
    const known = found.get(identity)
    if (!known && found.size >= most) {
      hidden++
      firstHidden ??= each.at
      return
    }
    if (!known)
      found.set(identity, { problem: framed(each, recipe), ...(step ? { step } : {}), in: new Set() })
    if (instance !== undefined) found.get(identity)!.in.add(instance)
  }
  return {
    add: (...more) => {
      for (const each of more) put(each)
    },
    fault: (step, { code, severity = 'error', message, hint, path, on }, instance) => {
      const at = path === undefined ? step.at : step.locate(path, on === 'key' ? on : undefined)
      put({ code, severity, message, ...(hint === undefined ? {} : { hint }), at }, step, instance)
    },
    all: () => [
      ...[...found.values()]
        .map(({ problem: each, step, in: instances }) =>
          step ? { ...each, message: each.message + where(step, instances) } : each,
        )
        .sort((a, b) => before(a.at, b.at)),
      ...rest(),
    ],
  }
}
