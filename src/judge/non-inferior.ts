import { isDeepStrictEqual } from 'node:util'
import type { Artifact } from '../core/artifact.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { aboutOf, isThere } from './facts.js'
import type { Decision, JudgedGate } from './gate.js'
import { countPairs, mcnemarExact, tangoInterval } from './paired.js'

type NonInferior = Extract<JudgedGate, { form: 'nonInferior' }>

interface Correctness {
  readonly record: InstanceRecord
  readonly artifact: Artifact
  readonly examples: number
}

/** Name of the object that holds which test examples a model got right, one bit each, by metric. */
export const correctObject = (metric: string): string =>
  metric === 'accuracy' ? 'correct-test' : `correct-${metric}-test`

const correctnessOf = (records: readonly InstanceRecord[], model: string, metric: string): Correctness[] =>
  records.filter(isThere).flatMap(record => {
    if (aboutOf(record) !== model && record.instance !== model) return []
    const artifact = Object.values(record.output?.outputs ?? {}).find(
      each => each.objects[correctObject(metric)],
    )
    const examples = (artifact?.meta['examples'] as Readonly<Record<string, number>> | undefined)?.['test']
    return artifact && examples !== undefined ? [{ record, artifact, examples }] : []
  })

const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)}`

/**
 * Is the candidate shown to lose less than the margin? Paired on the same test examples. Passes when the lower end of
 * Tango's interval (one-sided level alpha) lies above −margin, fails when its upper end lies below, and is
 * inconclusive in between: what is not shown does not pass.
 */
export const decideNonInferior = async (
  gate: NonInferior,
  records: readonly InstanceRecord[],
  store: Store,
): Promise<Decision> => {
  const { candidate, reference, metric, margin, alpha } = gate
  const asked = `${candidate}.${metric} > ${reference}.${metric} − ${margin} (alpha ${alpha})`
  const undecided = (found: string, hint?: string): Decision => ({
    status: 'inconclusive',
    asked,
    found,
    ...(hint === undefined ? {} : { hint }),
  })
  const mine = correctnessOf(records, candidate, metric)
  const others = correctnessOf(records, reference, metric)
  const pair = mine
    .flatMap(one => others.map(other => [one, other] as const))
    .find(([one, other]) => isDeepStrictEqual(one.record.inputs['data'], other.record.inputs['data']))
  if (!pair) {
    const absent = [mine.length === 0 ? candidate : '', others.length === 0 ? reference : ''].filter(
      name => name !== '',
    )
    return absent.length > 0
      ? undecided(`no ${metric} on a test split was measured for ${absent.join(' and ')}`)
      : undecided('the two were not measured on the same data', 'List both models in one evaluate.')
  }
  const [one, other] = pair
  const name = correctObject(metric)
  const [bits, otherBits] = await Promise.all(
    [one, other].map(each => store.objects.get(each.artifact.objects[name]!.digest)),
  )
  if (one.examples !== other.examples) return undecided('the two were not measured on the same examples')
  const counts = countPairs(bits!, otherBits!, one.examples)
  const { low, high } = tangoInterval(counts, alpha)
  const difference = (counts.gained - counts.lost) / Math.max(1, counts.examples)
  const status = low > -margin ? 'pass' : high < -margin ? 'fail' : 'inconclusive'
  return {
    status,
    asked,
    found: `${points(difference)} points, ${Math.round((1 - 2 * alpha) * 1000) / 10} % interval ${points(low)} to ${points(high)}; ${counts.gained} gained, ${counts.lost} lost of ${counts.examples}`,
    figures: {
      difference,
      low,
      high,
      margin,
      gained: counts.gained,
      lost: counts.lost,
      examples: counts.examples,
      mcnemar: mcnemarExact(counts),
    },
    ...(status === 'inconclusive'
      ? {
          hint: 'The interval holds the margin: more test examples make it narrower, or a wider margin is meant.',
        }
      : {}),
  }
}
