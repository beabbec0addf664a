import type { InstanceId } from '../core/brand.js'
import { problem, type Problem } from '../core/problem.js'
import type { Figures } from '../expression/figures.js'
import { choose, type Candidate } from './choose.js'
import type { Choice } from './conditions.js'
import type { Edge } from './plan.js'

/** What a choice takes: one of its inputs, by way of a port, or none. */
export type Choosing =
  | { readonly type: 'chosen'; readonly port: string; readonly edge: Edge; readonly why: string }
  | { readonly type: 'none'; readonly problem: Problem }

/** Decides a choice over those of its inputs that were not skipped. */
export const takeChosen = (
  { id, choice }: { readonly id: InstanceId; readonly choice: Choice },
  inputs: Readonly<Record<string, readonly Edge[]>>,
  matrices: ReadonlyMap<InstanceId, Candidate['matrix']>,
  isSkipped: (id: InstanceId) => boolean,
  figures: Figures,
): Choosing => {
  const candidates = (inputs[choice.port] ?? []).map(each => ({
    id: each.instance,
    matrix: matrices.get(each.instance) ?? {},
  }))
  const chosen = choose(id, choice, candidates, figures)
  if (chosen.type === 'none') return chosen
  const port = chosen.type === 'otherwise' ? choice.otherwise! : choice.port
  const edge = (inputs[port] ?? []).find(each => chosen.type !== 'candidate' || each.instance === chosen.id)
  if (!edge || isSkipped(edge.instance)) {
    const message = `"${id}" can choose none of its candidates, and what it falls back on is skipped: ${chosen.why}`
    return { type: 'none', problem: problem('select-none', message) }
  }
  return { type: 'chosen', port, edge, why: chosen.why }
}
