import { problem, type Fault, type Problem, type Span } from '../core/problem.js'
import { shorten } from '../core/shorten.js'
import type { Recipe, Step } from '../language/recipe.js'

/** Collects a plan's problems with their frames; the same one of several instances is said once. */
export interface Problems {
  add(...found: readonly Problem[]): void
  /** A fault of a step's config, whose path is one inside the step. */
  fault(step: Step, fault: Fault): void
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

export const collectProblems = (recipe: Recipe): Problems => {
  const found = new Map<string, Problem>()
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
  const add = (...more: readonly Problem[]): void => {
    for (const each of more) {
      const identity = JSON.stringify([each.code, each.message, each.at])
      if (found.has(identity)) continue
      if (found.size < most) found.set(identity, framed(each, recipe))
      else {
        hidden++
        firstHidden ??= each.at
      }
    }
  }
  return {
    add,
    fault: (step, { path, on, severity = 'error', ...rest }) =>
      add({
        ...rest,
        severity,
        at: path === undefined ? step.at : step.locate(path, on === 'key' ? on : undefined),
      }),
    all: () => [...[...found.values()].sort((a, b) => before(a.at, b.at)), ...rest()],
  }
}
