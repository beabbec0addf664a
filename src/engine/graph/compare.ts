import type { Numbers, OpAttr } from './binding.js'
import type { Wanted } from './emit.js'
import type { ConstantValue } from './node.js'
import { otherOperations } from './recorder.js'
import type { Origin, RecordedOp, Recording } from './recorder.js'

/** A recording, and what of it is wanted. */
export interface Take {
  readonly recording: Recording
  readonly wanted: Wanted
}

const computed = 'JavaScript computes a number that is another one in another step'

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, at) => Object.is(each, b[at]))

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const sameConstant = (a: ConstantValue, b: ConstantValue): boolean =>
  a.dtype === b.dtype &&
  sameList(a.shape, b.shape) &&
  (a.values === b.values || Buffer.compare(bytesOf(a.values), bytesOf(b.values)) === 0)

const sameAttr = (a: OpAttr, b: OpAttr | undefined): boolean =>
  a.name === b?.name &&
  a.type === b.type &&
  (Array.isArray(a.value)
    ? Array.isArray(b.value) && sameList(a.value, b.value)
    : Object.is(a.value, b.value))

const sameOp = (a: RecordedOp, b: RecordedOp): boolean =>
  a.inputs.length === b.inputs.length &&
  a.attrs.length === b.attrs.length &&
  a.attrs.every((attr, at) => sameAttr(attr, b.attrs[at]))

/** What is different between two tensors, but for what they are computed from; undefined: nothing. */
const difference = (a: Origin, b: Origin): string | undefined => {
  if (a.kind === 'op' && b.kind === 'op') {
    if (a.op.name !== b.op.name) return `${a.op.name} stands where another step has ${b.op.name}`
    return a.output === b.output && sameOp(a.op, b.op)
      ? undefined
      : `${a.op.name} is not the same in two steps`
  }
  if ('values' in a && 'values' in b) return sameConstant(a, b) ? undefined : computed
  if ((a.kind === 'feed' || a.kind === 'state') && a.kind === b.kind && a.key === b.key)
    return a.dtype === b.dtype && sameList(a.shape, b.shape) ? undefined : otherOperations
  return otherOperations
}

/** Pairs of ids by name; undefined where the names are not the same. */
const pairsOf = (
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): [number, number][] | undefined => {
  if (!sameList([...a.keys()], [...b.keys()])) return undefined
  return [...a].map(([key, id]) => [id, b.get(key)!])
}

/**
 * Why two recordings of one piece of work, on other numbers, are not one graph; undefined where they are. What differs
 * between them would be frozen in a graph. What nobody wants of them is not looked at.
 */
export const frozen = (a: Take, b: Take): string | undefined => {
  const impure = a.recording.impure ?? b.recording.impure
  if (impure !== undefined) return impure
  const none = new Map<string, number>()
  const fetches = pairsOf(a.wanted.fetches, b.wanted.fetches)
  const updates = pairsOf(a.wanted.updates ?? none, b.wanted.updates ?? none)
  if (fetches === undefined || updates === undefined) return otherOperations
  const open = [...fetches, ...updates]
  const seen = new Map<number, Set<number>>()
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [x, y] = pair
    const met = seen.get(x) ?? new Set()
    if (met.has(y)) continue
    seen.set(x, met.add(y))
    const [from, other] = [a.recording.origins.get(x)!, b.recording.origins.get(y)!]
    const found = difference(from, other)
    if (found !== undefined) return found
    if (from.kind === 'op' && other.kind === 'op')
      from.op.inputs.forEach((input, at) => open.push([input, other.op.inputs[at]!]))
  }
  return undefined
}
