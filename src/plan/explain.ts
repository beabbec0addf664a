import type { Artifact } from '../core/artifact.js'
import type { InstanceId, Key } from '../core/brand.js'
import { listed } from '../core/listed.js'
import type { ResultHead, Store, StoredResult } from '../store/store.js'
import { differencesOf, namesOf, type Difference } from './differences.js'
import type { Edge, Instance, Plan, Status } from './plan.js'
import { damagedWhy } from './status.js'

/** Why an instance is reused, runs or waits. */
export interface Explanation {
  /** In one sentence, with all that differs. */
  readonly why: string
  /** What stands in it before the differences; may be empty. */
  readonly lead: string
  /** The stored result that it is held against; absent on a hit, and where there is nothing to compare with. */
  readonly candidate?: { readonly key: Key; readonly instance: InstanceId; readonly saved: string }
  /** What differs from the candidate, as far as it is known. */
  readonly differences: readonly Difference[]
}

/** Results of one step, or one kind, that are looked through for the nearest one: the newest so many. */
const most = 20

const stepOf = (instance: InstanceId): string => instance.replace(/\[.*$/s, '')

const collect = <K>(heads: readonly ResultHead[], by: (head: ResultHead) => K): Map<K, ResultHead[]> => {
  const groups = new Map<K, ResultHead[]>()
  for (const head of heads) {
    const group = groups.get(by(head))
    if (group) group.push(head)
    else groups.set(by(head), [head])
  }
  return groups
}

interface Candidate {
  readonly head: ResultHead
  readonly differences: readonly Difference[]
}

/** Names that are told one by one. */
const named = 4

const joined = (...texts: readonly string[]): string => texts.filter(text => text !== '').join('; ')

const plain = (why: string): Explanation => ({ why, lead: why, differences: [] })

/** A choice is made anew by every plan: nothing of it is stored. */
const chosenText = (status: Status): string => {
  if (status.type !== 'hit') return status.type === 'miss' ? status.why : ''
  const { chosen, why } = status.result.output.record ?? {}
  return `takes "${String(chosen)}"${typeof why === 'string' ? `: ${why}` : ''}`
}

const explainer = (plan: Plan, store: Store) => {
  const heads = store.results.heads()
  const saved = new Map(heads.map(head => [head.key, head.saved]))
  const byInstance = collect(heads, head => head.instance)
  const byStep = collect(heads, head => JSON.stringify([head.kind, stepOf(head.instance)]))
  const byKind = collect(heads, head => head.kind)
  const read = new Map<Key, StoredResult | undefined>()
  const resultOf = ({ key }: ResultHead): StoredResult | undefined => {
    if (!read.has(key)) read.set(key, store.results.peek(key))
    return read.get(key)
  }
  const statuses = new Map(plan.instances.map(({ id, status }) => [id, status]))

  const inputOf = (edge: Edge): { readonly artifact: Artifact; readonly saved: number } | undefined => {
    const status = statuses.get(edge.instance)
    const artifact = status?.type === 'hit' ? status.result.output.outputs[edge.output] : undefined
    return artifact && status?.type === 'hit' ? { artifact, saved: saved.get(status.key) ?? 0 } : undefined
  }

  /** Inputs whose bytes are known now; of the others nobody can tell yet. */
  const inputDifferences = (instance: Instance, parts: StoredResult['parts'], when: number): Difference[] => {
    const before = (parts['inputs'] ?? {}) as Readonly<Record<string, readonly string[]>>
    const ports = new Set([...Object.keys(instance.inputs), ...Object.keys(before)])
    return [...ports].flatMap((port): Difference[] => {
      const [was, edges] = [before[port] ?? [], instance.inputs[port] ?? []]
      const about = { what: 'input', name: port } as const
      if (edges.length !== was.length) {
        const text =
          was.length === 0
            ? `input ${port} is new: ${edges.map(edge => edge.instance).join(', ')}`
            : edges.length === 0
              ? `input ${port} is gone`
              : `input ${port}: ${edges.length} where there were ${was.length}`
        return [{ ...about, text }]
      }
      return edges.flatMap((edge, at): Difference[] => {
        const input = inputOf(edge)
        if (!input || input.artifact.digest === was[at]) return []
        const since =
          input.saved > when
            ? `, since "${edge.instance}" ran anew`
            : ` than before, now those of "${edge.instance}"`
        return [
          { ...about, was: was[at], is: input.artifact.digest, text: `input ${port}: other bytes${since}` },
        ]
      })
    })
  }

  const compare = (instance: Instance, head: ResultHead): Candidate | undefined => {
    const result = resultOf(head)
    if (!result) return undefined
    const own = differencesOf(result.parts, instance.identity, namesOf(instance.files))
    const isOther = own.some(({ what }) => what === 'kind')
    return {
      head,
      differences: isOther ? own : [...own, ...inputDifferences(instance, result.parts, head.saved)],
    }
  }

  /** The newest result of its own name; else the nearest of its step, else of its kind. */
  const candidateOf = (instance: Instance): Candidate | undefined => {
    for (const head of byInstance.get(instance.id) ?? []) {
      const own = compare(instance, head)
      if (own) return own
    }
    const nearest = (group: readonly ResultHead[] = []): Candidate | undefined =>
      group
        .slice(0, most)
        .flatMap(head => compare(instance, head) ?? [])
        .reduce<Candidate | undefined>(
          (best, each) => (best && best.differences.length <= each.differences.length ? best : each),
          undefined,
        )
    return (
      nearest(byStep.get(JSON.stringify([instance.kind, instance.step]))) ??
      nearest(byKind.get(instance.kind))
    )
  }

  return (instance: Instance): Explanation => {
    const { status, id } = instance
    if (status.type === 'skipped') return plain(status.why)
    if (instance.choice && status.type !== 'pending') return plain(chosenText(status))
    if (status.type === 'hit') {
      const { instance: maker } = status.result
      return plain(maker === id ? 'made before' : `made before, by "${maker}"`)
    }
    if (status.type === 'miss' && status.why === damagedWhy) return plain(damagedWhy)
    const pending = status.type === 'pending' ? `pending below ${listed(status.waitsFor, named)}` : ''
    const found = instance.choice ? undefined : candidateOf(instance)
    if (!found) return plain(joined(pending, instance.choice ? '' : 'never run'))
    const { head, differences } = found
    const lead = joined(pending, head.instance === id ? '' : `never run; nearest is "${head.instance}"`)
    const told = differences.map(({ text }) => text).join('; ')
    return {
      why: [lead, told].filter(text => text !== '').join(': '),
      lead,
      candidate: { key: head.key, instance: head.instance, saved: new Date(head.saved).toISOString() },
      differences,
    }
  }
}

/**
 * For every instance of a plan why it is reused, runs or waits, and in what exactly it differs from the newest result
 * that it could have been. Reads the heads of all stored results and whole only those that are compared.
 */
export const explainPlan = (plan: Plan, store: Store): ReadonlyMap<InstanceId, Explanation> => {
  const explain = explainer(plan, store)
  return new Map(plan.instances.map(instance => [instance.id, explain(instance)]))
}
