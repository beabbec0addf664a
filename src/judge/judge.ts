import type { Outcome } from '../core/event.js'
import type { Verdict } from '../core/verdict.js'
import { figuresOf, type Figures } from '../expression/figures.js'
import { bindRecords, scopeOf, type Bind } from '../expression/scope.js'
import type { Expression, Scope } from '../expression/expression.js'
import type { Baseline } from '../store/lock.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { decideAccepted, holdAccepted } from './accepted.js'
import { decideCheck } from './check.js'
import { decideFaster } from './faster.js'
import { askedOf, type Decision, type JudgedGate } from './gate.js'
import { decideNonInferior } from './non-inferior.js'

const decide = (
  gate: JudgedGate,
  scope: (expression: Expression) => Scope,
  bind: Bind,
  records: readonly InstanceRecord[],
  { store, baselines = {}, machine = '' }: JudgeOptions & { readonly store: Store },
): Decision | Promise<Decision> => {
  switch (gate.form) {
    case 'check':
      return decideCheck(gate.check, scope(gate.check), bind, records)
    case 'nonInferior':
      return decideNonInferior(gate, bind, records, store)
    case 'accepted':
      return decideAccepted(gate, holdAccepted(gate, scope(gate.metric), bind, records, machine), baselines)
    case 'faster':
      return decideFaster(gate, bind, records)
  }
}

export interface JudgeOptions {
  /** The run was asked for some steps only: a gate on figures that it was not to measure is skipped. */
  readonly partial?: boolean
  /** What was accepted, by metric. Absent: nothing. */
  readonly baselines?: Readonly<Record<string, Baseline>>
  /** Class of machine on which times were measured. */
  readonly machine?: string
}

/** The verdict of every gate over what a run measured, in the recipe's order. */
export const judge = async (
  gates: readonly JudgedGate[],
  records: readonly InstanceRecord[],
  store: Store,
  options: JudgeOptions = {},
): Promise<Verdict[]> => {
  const { partial = false } = options
  const figures: Figures = figuresOf(records, 'test')
  const own = bindRecords(records)
  const verdicts: Verdict[] = []
  for (const gate of gates) {
    const { name, form, severity, at, when, bind = own } = gate
    const scope = (expression: Expression): Scope => scopeOf(expression, bind, figures, gate.given)
    const base = { gate: name, form, severity, at }
    const asked = askedOf(gate)
    const holds = when?.evaluate(scope(when))
    if (when && holds?.ok && holds.value !== true) {
      const found = `${when.explain(scope(when))} is false`
      verdicts.push({ ...base, status: 'skipped', asked: `${asked}, when ${when.text}`, found })
      continue
    }
    const { leftOut, ...decision } =
      when && !holds?.ok
        ? decideCheck(when, scope(when), bind, records)
        : await decide(gate, scope, bind, records, { ...options, store })
    const status = partial && leftOut && decision.status === 'inconclusive' ? 'skipped' : decision.status
    verdicts.push({ ...base, asked: when ? `${asked}, when ${when.text}` : asked, ...decision, status })
  }
  return verdicts
}

/** What a run came to: the first that applies of interrupted, a failed step, a failed gate, an inconclusive one. */
export const outcomeOf = (
  records: readonly InstanceRecord[],
  verdicts: readonly Verdict[],
  interrupted: boolean,
): Outcome => {
  const strict = verdicts.filter(verdict => verdict.severity === 'error')
  if (interrupted) return 'interrupted'
  if (records.some(record => record.status === 'failed')) return 'step-failed'
  if (strict.some(verdict => verdict.status === 'fail')) return 'gate-failed'
  if (strict.some(verdict => verdict.status === 'inconclusive')) return 'inconclusive'
  return 'passed'
}
