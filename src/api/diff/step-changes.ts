import { basename } from 'node:path'
import type { ComparedInstance } from '../../judge/compared-side.js'
import type { Pair } from '../../judge/figure-changes.js'
import type { StepChange } from '../../judge/run-difference.js'
import { differencesOf, type FileNames } from '../../plan/differences.js'
import { recordedIdentity } from '../../plan/key.js'
import { identityAt } from '../../plan/micro-batches.js'

type Parts = Readonly<Record<string, unknown>>

/** What entered its key, as far as its side tells. `whole`: all of it. */
const partsOf = ({ record, parts, locked, kind }: ComparedInstance): { parts: Parts; whole: boolean } => {
  if (record?.identity) return { parts: recordedIdentity(record), whole: true }
  if (parts) return { parts, whole: true }
  const { seed, engine, microBatch } = locked ?? {}
  const known = { kind, ...(seed === undefined ? {} : { seed }), ...(engine ? { engine } : {}) }
  return { parts: microBatch === undefined ? known : identityAt(known, microBatch), whole: false }
}

const partly = ({ kind, seed, engine, microBatch }: Parts): Parts => ({
  kind,
  ...(seed === undefined ? {} : { seed }),
  ...(engine === undefined ? {} : { engine }),
  ...(microBatch === undefined ? {} : { microBatch }),
})

const namesOfFiles = ({ record, locked }: ComparedInstance): FileNames =>
  new Map([
    ...(record?.files ?? []).map(({ path, digest }) => [digest, basename(path)] as const),
    ...Object.entries(locked?.files ?? {}).map(([path, { digest }]) => [digest, basename(path)] as const),
  ])

const hasOtherOutputs = ([was, is]: Pair): boolean => {
  const names = new Set([...Object.keys(was.outputs), ...Object.keys(is.outputs)])
  return [...names].some(name => was.outputs[name]?.digest !== is.outputs[name]?.digest)
}

/** Inputs that are others, by the instances that they come from. */
const otherInputs = ([was, is]: Pair, differing: ReadonlySet<string>): string[] => {
  const inputs = is.inputs ?? was.inputs
  if (inputs) {
    const from = Object.values(inputs)
      .flat()
      .filter(each => differing.has(each))
    return [...new Set(from)].map(each => `takes from ${each}, which is another`)
  }
  const [before, now] = [was.parts?.['inputs'], is.parts?.['inputs']] as (Parts | undefined)[]
  if (!before || !now) return []
  const ports = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...ports]
    .filter(port => JSON.stringify(before[port]) !== JSON.stringify(now[port]))
    .map(port => `input ${port} is another`)
}

/** Steps of both sides whose key or outputs differ, and why. */
export const stepChanges = (pairs: readonly Pair[]): readonly StepChange[] => {
  const differing = new Set<string>()
  const changed: StepChange[] = []
  for (const pair of pairs) {
    const [was, is] = pair
    const otherKey = was.key !== is.key
    const otherOutputs = hasOtherOutputs(pair)
    if (!otherKey && !otherOutputs) continue
    if (otherOutputs) differing.add(is.instance)
    const [before, now] = [partsOf(was), partsOf(is)]
    const whole = before.whole && now.whole
    const own = differencesOf(
      whole ? before.parts : partly(before.parts),
      whole ? now.parts : partly(now.parts),
      new Map([...namesOfFiles(was), ...namesOfFiles(is)]),
    ).map(({ text }) => text)
    const why = [...own, ...otherInputs(pair, differing)]
    changed.push({
      instance: is.instance,
      kind: is.kind,
      otherKey,
      otherOutputs,
      why:
        otherKey && why.length === 0 && !whole
          ? ['its config or its inputs; the store no longer tells']
          : why,
    })
  }
  return changed
}
