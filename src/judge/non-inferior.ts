import { isDeepStrictEqual } from 'node:util'
import type { Artifact } from '../core/artifact.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { isThere } from '../expression/figures.js'
import { type Bind } from '../expression/scope.js'
import { measuringOf } from './measuring.js'
import type { Decision, JudgedGate } from './gate.js'
import { countPairs, mcnemarExact, tangoInterval } from './paired.js'

type NonInferior = Extract<JudgedGate, { form: 'nonInferior' }>

interface Correctness {
  readonly record: InstanceRecord
  readonly artifact: Artifact
  readonly examples: number
}

/** Name of the object that holds which test examples a model got right, one bit each, by metric. */
const correctObject = (metric: string): string =>
  metric === 'accuracy' ? 'correct-test' : `correct-${metric}-test`

const correctnessOf = (
  records: readonly InstanceRecord[],
  bind: Bind,
  model: string,
  metric: string,
): Correctness[] =>
  measuringOf(model, bind, records).flatMap(record => {
    if (!isThere(record)) return []
    const artifact = Object.values(record.output?.outputs ?? {}).find(
      each => each.objects[correctObject(metric)],
    )
    const examples = (artifact?.meta['examples'] as Readonly<Record<string, number>> | undefined)?.['test']
    return artifact && examples !== undefined ? [{ record, artifact, examples }] : []
  })

/** What became of the steps that were to measure a model. */
const whyUnmeasured = (
  model: string,
  bind: Bind,
  records: readonly InstanceRecord[],
): { readonly why: string; readonly leftOut: boolean } => {
  const meant = measuringOf(model, bind, records)
  const missing = meant.find(record => !isThere(record))
  return {
    why: missing ? `: "${missing.instance}" ${missing.status === 'failed' ? 'failed' : 'was skipped'}` : '',
    leftOut: meant.length === 0,
  }
}

const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)}`

/**
 * Is the candidate shown to lose less than the margin? Paired on the same test examples. Passes when the lower end of
 * Tango's interval (one-sided level alpha) lies above −margin, fails when its upper end lies below (it is shown to lose
 * more), and is inconclusive in between: what is not shown does not pass.
 * Source of the three-way reading: Piaggio et al. 2012 (CONSORT, noninferiority trials), JAMA 308(24), figure 1.
 */
export const decideNonInferior = async (
  gate: NonInferior,
  bind: Bind,
  records: readonly InstanceRecord[],
  store: Store,
): Promise<Decision> => {
  const { candidate, reference, metric, margin, alpha } = gate
  const undecided = (found: string, hint?: string): Decision => ({
    status: 'inconclusive',
    found,
    ...(hint === undefined ? {} : { hint }),
  })
  const mine = correctnessOf(records, bind, candidate, metric)
  const others = correctnessOf(records, bind, reference, metric)
  const pair = mine
    .flatMap(one => others.map(other => [one, other] as const))
    .find(([one, other]) => isDeepStrictEqual(one.record.inputs['data'], other.record.inputs['data']))
  if (!pair) {
    const absent = [...(mine.length === 0 ? [candidate] : []), ...(others.length === 0 ? [reference] : [])]
    if (absent.length === 0)
      return undecided('the two were not measured on the same data', 'List both models in one evaluate step.')
    const reasons = absent.map(model => whyUnmeasured(model, bind, records))
    return {
      ...undecided(
        `the ${metric} of ${absent.join(' and ')} was not measured on a test split${reasons.map(({ why }) => why).join('')}`,
      ),
      leftOut: reasons.some(each => each.leftOut),
    }
  }
  const [one, other] = pair
  if (one.examples !== other.examples) return undecided('the two were not measured on the same examples')
  if (one.examples === 0) return undecided('there is no test example')
  const name = correctObject(metric)
  const [bits, otherBits] = await Promise.all(
    [one, other].map(each => store.objects.get(each.artifact.objects[name]!.digest)),
  )
  const counts = countPairs(bits!, otherBits!, one.examples)
  const { low, high } = tangoInterval(counts, alpha)
  const difference = (counts.gained - counts.lost) / counts.examples
  const status = low > -margin ? 'pass' : high < -margin ? 'fail' : 'inconclusive'
  return {
    status,
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
          hint:
            margin === 0
              ? 'A margin of 0 asks for proof that nothing at all is lost, which only a better model can give.'
              : 'The interval holds the margin: more test examples make it narrower, or a wider margin is meant.',
        }
      : {}),
  }
}
