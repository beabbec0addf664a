import type { InstanceId, StepId } from './brand.js'

/** What tells the instances of one step apart. */
export interface Distinction {
  /** The member of a list that this instance is about: `int8` in `scores[int8]`. */
  readonly member?: string
  /** Matrix axes; values print as in the recipe. */
  readonly axes?: Readonly<Record<string, string | number | boolean>>
}

/** `scores`, `scores[int8]`, `pruned[norm=l1,sparsity=0.5]`, `scores[int8,norm=l1]`: the member first, then axes by name. */
export const instanceName = (step: StepId, { member, axes = {} }: Distinction = {}): InstanceId => {
  const sorted = Object.keys(axes).sort((a, b) => (a < b ? -1 : 1))
  const parts = [
    ...(member === undefined ? [] : [member]),
    ...sorted.map(axis => `${axis}=${String(axes[axis])}`),
  ]
  return parts.length === 0 ? step : `${step}[${parts.join(',')}]`
}

/** The parts of an instance's name, or of one that leaves some axes open: `pruned[sparsity=0.5]`. */
export interface ParsedName {
  readonly step: StepId
  readonly member?: string
  /** Labels by axis; empty: none is named. */
  readonly pins: Readonly<Record<string, string>>
  /** What stands behind the brackets: the name of an output. */
  readonly output?: string
}

/** A number as axes print it, so that `0.50` names `0.5`. */
export const canonicalLabel = (text: string): string =>
  /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? String(Number(text)) : text

/** Splits at commas that stand outside of brackets; undefined where brackets do not close. */
const partsOf = (inside: string): string[] | undefined => {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < inside.length; at++) {
    const each = inside[at]
    if (each === '[') depth++
    else if (each === ']' && --depth < 0) return undefined
    else if (each === ',' && depth === 0) {
      parts.push(inside.slice(from, at))
      from = at + 1
    }
  }
  return depth === 0 ? [...parts, inside.slice(from)].map(part => part.trim()) : undefined
}

const form = /^([A-Za-z]\w*(?:\/[A-Za-z]\w*)*)(?:\[(.*)\])?(?:\.([A-Za-z]\w*))?$/s
const pin = /^([A-Za-z]\w*)=([^[\]]*)$/

/** Reads `step`, `step.output`, `step[axis=value,…]` and `step[member,…].output`; undefined for anything else. */
export const parseInstanceName = (text: string): ParsedName | undefined => {
  const [, step, inside, output] = form.exec(text) ?? []
  if (step === undefined) return undefined
  const pins: Record<string, string> = {}
  let member: string | undefined
  const parts = inside === undefined ? [] : partsOf(inside)
  if (!parts) return undefined
  for (const [at, part] of parts.entries()) {
    const [, axis, label] = pin.exec(part) ?? []
    if (axis !== undefined && label !== undefined && label !== '') {
      if (Object.hasOwn(pins, axis)) return undefined
      pins[axis] = canonicalLabel(label)
    } else if (at === 0 && part !== '') member = part
    else return undefined
  }
  return {
    step,
    pins,
    ...(member === undefined ? {} : { member }),
    ...(output === undefined ? {} : { output }),
  }
}
