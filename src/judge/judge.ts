import type { Outcome } from '../core/event.js'
import type { Verdict } from '../core/verdict.js'
import type { Scope } from '../expression/expression.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { decideCheck } from './check.js'
import { scopeOf } from './facts.js'
import { decideFaster } from './faster.js'
import type { Decision, JudgedGate } from './gate.js'
import { decideNonInferior } from './non-inferior.js'

const decide = (
  gate: JudgedGate,
  scope: Scope,
  records: readonly InstanceRecord[],
  store: Store,
): Decision | Promise<Decision> => {
  switch (gate.form) {
    case 'check':
      return decideCheck(gate.check, scope)
    case 'nonInferior':
      return decideNonInferior(gate, records, store)
    case 'faster':
      return decideFaster(gate, records)
  }
}

/** The verdict of every gate over what a run measured, in the recipe's order. */
export const judge = async (
  gates: readonly JudgedGate[],
  records: readonly InstanceRecord[],
  store: Store,
): Promise<Verdict[]> => {
  const scope = scopeOf(records)
  const verdicts: Verdict[] = []
  for (const gate of gates) {
    const base = { gate: gate.name, form: gate.form, severity: gate.severity, at: gate.at }
    const when = gate.when?.evaluate(scope)
    if (gate.when && when?.ok && when.value === false)
      verdicts.push({
        ...base,
        status: 'skipped',
        asked: `when ${gate.when.text}`,
        found: gate.when.explain(scope),
      })
    else if (gate.when && !when?.ok)
      verdicts.push({ ...base, ...decideCheck(gate.when, scope), asked: `when ${gate.when.text}` })
    else verdicts.push({ ...base, ...(await decide(gate, scope, records, store)) })
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
