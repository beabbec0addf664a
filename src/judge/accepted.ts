import type { Scope } from '../expression/expression.js'
import { isThere } from '../expression/figures.js'
import type { Bind, Bound } from '../expression/scope.js'
import type { Baseline } from '../store/lock.js'
import type { InstanceRecord } from '../store/run-record.js'
import { valueAt, whyAbsent } from './check.js'
import { betterOf, type Decision, type JudgedGate } from './gate.js'

export type AcceptedGate = Extract<JudgedGate, { form: 'accepted' }>

/** What a gate of this form found, and the name under which a baseline of it is kept. */
export interface Held {
  /** `int8.accuracy`, `scores[int8].accuracy`, `pruned[sparsity=0.5].bytes`. */
  readonly name: string
  readonly value: number
  readonly split?: string
  /** Class of machine of a measured time. */
  readonly machine?: string
}

interface Timed {
  readonly p50?: number
  readonly simulated?: boolean
}

/** The instance that a name is about, and the words behind it. */
const splitName = (
  [first = '', ...rest]: readonly string[],
  bind: Bind,
): { readonly id: string; readonly rest: readonly string[] } => {
  const bound = bind(first)
  const [second = '', ...more] = rest
  const inner: Bound | undefined = bound?.measures?.[second] ?? bound?.outputs?.[second]
  const of = inner ?? bound
  return { id: of?.instances[0]?.id ?? first, rest: inner ? more : rest }
}

const undecided = (found: string, hint?: string, leftOut = false): Decision => ({
  status: 'inconclusive',
  found,
  ...(hint === undefined ? {} : { hint }),
  ...(leftOut ? { leftOut } : {}),
})

/** `int8.latency`: the median time of the benchmark that times it; `speed.int8.latency` says which. */
const heldTime = (
  path: readonly string[],
  bind: Bind,
  records: readonly InstanceRecord[],
  machine: string,
): Held | Decision => {
  const words = path.slice(0, -1)
  const { id } = splitName(words.slice(-1), bind)
  const step = words.length > 1 ? splitName(words.slice(0, 1), bind).id : undefined
  const timed = records.filter(
    ({ kind, instance, inputs }) =>
      kind === 'benchmark' &&
      (step === undefined || instance === step) &&
      Object.values(inputs).flat().includes(id),
  )
  const found = timed.filter(isThere).flatMap(({ output }) => {
    const models = output?.measurements?.['models'] as Readonly<Record<string, Timed>> | undefined
    const each = models?.[id]
    return each?.p50 === undefined ? [] : [{ value: each.p50, simulated: each.simulated === true }]
  })
  const [only, more] = found
  if (more) return undecided(`${timed.map(({ instance }) => instance).join(' and ')} both timed it`)
  if (!only) {
    const missing = timed.find(record => !isThere(record))
    const why = missing
      ? `"${missing.instance}" ${missing.status === 'failed' ? 'failed' : 'was skipped'}`
      : 'no benchmark timed it'
    return undecided(why, undefined, timed.length === 0)
  }
  if (only.simulated)
    return undecided(
      'its quantization is simulated in float',
      `The time of "${id}" says nothing about integer kernels.`,
    )
  return {
    name: [...(step === undefined ? [] : [step]), id, 'latency'].join('.'),
    value: only.value,
    machine,
  }
}

/** What a run measured of what a gate holds against a baseline, or why it did not. */
export const holdAccepted = (
  gate: AcceptedGate,
  scope: Scope,
  bind: Bind,
  records: readonly InstanceRecord[],
  machine: string,
): Held | Decision => {
  const { path } = gate.metric.names[0]!
  if (path.at(-1) === 'latency' && valueAt(scope, path) === undefined)
    return heldTime(path, bind, records, machine)
  const value = valueAt(scope, path)
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const { why, hint, leftOut } = whyAbsent(path.join('.'), scope, bind, records)
    return undecided(`${path.join('.')} has no value: ${why}`, hint, leftOut)
  }
  const { id, rest } = splitName(path, bind)
  const before = path.slice(0, -1)
  const split =
    rest.length > 1
      ? rest[0]
      : valueAt(scope, [...before, 'test', path.at(-1)!]) === value
        ? 'test'
        : undefined
  return { name: [id, ...rest].join('.'), value, ...(split === undefined ? {} : { split }) }
}

/** Six digits are more than a person compares. */
const shown = (value: number): string => String(Number(value.toPrecision(6)))
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${shown(Math.abs(value))}`

/** Doubles of decimal fractions: 0.975 − 0.005 must not fall short of 0.97. */
const rounding = 4 * Number.EPSILON

/** Is what was measured no worse than the accepted baseline, but for the margin? Without a baseline nobody can tell. */
export const decideAccepted = (
  gate: AcceptedGate,
  held: Held | Decision,
  baselines: Readonly<Record<string, Baseline>>,
): Decision => {
  if ('status' in held) return held
  const { name, value, machine } = held
  const baseline = Object.hasOwn(baselines, name) ? baselines[name] : undefined
  if (!baseline)
    return undecided(
      `${shown(value)}, and no baseline of it was accepted`,
      `Accept what this run measured: trimtab accept ${/^[\w.-]+$/.test(gate.name) ? gate.name : `"${gate.name}"`}`,
    )
  if (baseline.machine !== machine)
    return undecided(
      `${shown(value)}; the baseline ${shown(baseline.value)} was measured on another class of machine (${baseline.machine ?? 'none'})`,
      'Times of different machines cannot be compared: judge it there, or accept a time of this one.',
    )
  const margin = gate.margin.relative ? gate.margin.value * Math.abs(baseline.value) : gate.margin.value
  const change = value - baseline.value
  const worse = betterOf(gate) === 'higher' ? -change : change
  const slack = rounding * Math.max(Math.abs(value), Math.abs(baseline.value))
  return {
    status: worse <= margin + slack ? 'pass' : 'fail',
    found: `${shown(value)}, accepted ${shown(baseline.value)}${change === 0 ? '' : ` (${signed(change)})`}`,
    figures: { value, baseline: baseline.value, change, margin },
  }
}
