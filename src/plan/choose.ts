import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import { problem, type Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Evaluated } from '../expression/expression.js'
import { type Figures } from '../expression/figures.js'
import { scopeOf } from '../expression/scope.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { about, type Choice, type Condition } from './conditions.js'
import type { Edge } from './plan.js'

const evaluate = ({ expression, bind, given }: Condition, figures: Figures): Evaluated =>
  expression.evaluate(scopeOf({ names: expression.names }, bind, figures, given))

/** Does a condition hold? One whose names have no value does not. `found`: what it came to, with figures. */
const holds = (
  condition: Condition,
  figures: Figures,
): { readonly holds: boolean; readonly found: string } => {
  const { expression, bind, given } = condition
  const result = evaluate(condition, figures)
  const scope = scopeOf(expression, bind, figures, given)
  const found = result.ok
    ? `${expression.explain(scope)} is ${String(result.value)}`
    : result.reason === 'absent'
      ? `${result.names.join(' and ')} ${result.names.length === 1 ? 'has' : 'have'} no value`
      : `${expression.explain(scope)}: ${result.message}`
  return { holds: result.ok && result.value === true, found }
}

/** The text of an expression about `it`, with a candidate's own name. */
const inTheNameOf = (id: InstanceId, { expression: { text, names } }: Condition): string => {
  let said = ''
  let from = 0
  for (const { path, start } of names) {
    if (path[0] !== 'it') continue
    said += text.slice(from, start) + id
    from = start + 'it'.length
  }
  return said + text.slice(from)
}

/** The first of an instance's conditions that does not hold, with figures; undefined where all do. */
export const failing = (
  { outer, when }: { readonly outer: readonly Condition[]; readonly when?: Condition },
  figures: Figures,
): string | undefined => {
  for (const condition of [...outer, ...(when ? [when] : [])]) {
    const { holds: runs, found } = holds(condition, figures)
    if (!runs) return found
  }
  return undefined
}

export interface Candidate {
  readonly id: InstanceId
  readonly matrix: Readonly<Record<string, unknown>>
}

export type Chosen =
  | { readonly type: 'candidate'; readonly id: InstanceId; readonly why: string }
  | { readonly type: 'otherwise'; readonly why: string }
  | { readonly type: 'none'; readonly problem: Problem }

/** Candidates of which it is said why they will not do. */
const mostSaid = 6

const figure = (value: number): string => String(Number(value.toPrecision(5)))

/**
 * The best of the candidates that satisfy `where`: the least `minimize` or greatest `maximize`, the first in the
 * list's order where neither is given or several are equal. A candidate whose expression has no value is out.
 */
export const choose = (
  step: string,
  choice: Choice,
  candidates: readonly Candidate[],
  figures: Figures,
): Chosen => {
  const { where, minimize, maximize, otherwise } = choice
  const said: string[] = []
  const fitting = candidates.filter(({ id, matrix }) => {
    if (!where) return true
    const each = holds(about(where, id, matrix), figures)
    if (!each.holds) said.push(`${id}: ${each.found}`)
    return each.holds
  })
  const by = minimize ?? maximize
  const ranked = fitting.flatMap(({ id, matrix }) => {
    const result = by && evaluate(about(by, id, matrix), figures)
    if (!result) return [{ id, rank: 0 }]
    if (result.ok && typeof result.value === 'number')
      return [{ id, rank: minimize ? result.value : -result.value }]
    said.push(`${id}: ${inTheNameOf(id, by)} has no value`)
    return []
  })
  const [first, ...others] = ranked
  if (!first) {
    const more = said.length > mostSaid ? `; and so of ${said.length - mostSaid} more` : ''
    const why = said.length > 0 ? said.slice(0, mostSaid).join('; ') + more : 'every candidate was skipped'
    return otherwise === undefined
      ? {
          type: 'none',
          problem: problem('select-none', `"${step}" can choose none of its candidates: ${why}`, {
            hint: 'Name a step under `otherwise`, or ask for less.',
          }),
        }
      : { type: 'otherwise', why: `no candidate will do: ${why}` }
  }
  const best = others.reduce((a, b) => (b.rank < a.rank ? b : a), first)
  const rank = minimize ? best.rank : -best.rank
  return {
    type: 'candidate',
    id: best.id,
    why:
      ranked.length === 1
        ? 'it alone will do'
        : by
          ? `${inTheNameOf(best.id, by)} is ${figure(rank)}, the ${minimize ? 'least' : 'greatest'} of ${ranked.length}`
          : `the first of ${ranked.length} that will do`,
  }
}

/** What a choice makes of what it took: the same artifact, and why. */
export const chosenOutput = (
  { produces }: AnyStepSpec,
  { instance }: Edge,
  artifact: Artifact,
  why: string,
): StepOutput => ({
  outputs: { [Object.keys(produces)[0]!]: artifact },
  record: { chosen: instance, why },
  notes: [`${instance}: ${why}`],
})
