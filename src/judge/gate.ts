import { directionOf, type Direction } from '../core/metric-direction.js'
import type { Span } from '../core/problem.js'
import type { Expression, Scope } from '../expression/expression.js'
import type { GateForm } from '../expression/gate-form.js'
import type { Bind } from '../expression/scope.js'

/** A gate as the judge sees it: what was asked, checked before the run. */
export type JudgedGate = {
  readonly name: string
  readonly severity: 'error' | 'warn'
  readonly when?: Expression
  readonly at: Span
  /** What the names of steps mean in it. Absent: each instance is called by its own name. */
  readonly bind?: Bind
  /** Names that are no steps: `params`, `matrix`. */
  readonly given?: Scope
} & GateForm

/** What a form decided, before the gate's name and severity are put to it. */
export interface Decision {
  readonly status: 'pass' | 'fail' | 'inconclusive'
  readonly found: string
  readonly figures?: Readonly<Record<string, number>>
  readonly hint?: string
  /** No step of this run, whatever became of it, measured what was asked: it was left out of the run. */
  readonly leftOut?: boolean
}

/** Which values of an accepted metric are better: as the gate says, else as it is known. */
export const betterOf = ({ metric, better }: Extract<JudgedGate, { form: 'accepted' }>): Direction =>
  better ?? directionOf(metric.names[0]!.path.at(-1)!) ?? 'higher'

/** A share in percent; twelve digits, since 0.07 × 100 has fifteen. */
const shareOf = (value: number): number => Number((value * 100).toPrecision(12))

/** What a gate asks, in a line. */
export const askedOf = (gate: JudgedGate): string => {
  switch (gate.form) {
    case 'check':
      return gate.check.text
    case 'nonInferior': {
      const { candidate, reference, metric, margin, alpha } = gate
      return `${candidate}.${metric} > ${reference}.${metric} − ${margin} (alpha ${alpha})`
    }
    case 'accepted': {
      const { relative, value } = gate.margin
      const higher = betterOf(gate) === 'higher'
      const margin = value === 0 ? '' : ` ${higher ? '−' : '+'} ${relative ? `${shareOf(value)} %` : value}`
      return `${gate.metric.text} ${higher ? '≥' : '≤'} accepted${margin}`
    }
    case 'faster':
      return `${gate.candidate} at least ${gate.by}× as fast as ${gate.reference} (confidence ${gate.confidence})`
  }
}
