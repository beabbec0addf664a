import { medianInterval } from '../core/median-interval.js'
import type { InstanceRecord } from '../store/run-record.js'
import { isThere } from './facts.js'
import type { Decision, JudgedGate } from './gate.js'

type Faster = Extract<JudgedGate, { form: 'faster' }>

interface Timed {
  readonly simulated?: boolean
  /** Milliseconds of each round, in the order of the rounds. */
  readonly times?: readonly number[]
}

/** Is the candidate faster by the factor asked for? Judged on the ratio of times round by round, both models in each. */
export const decideFaster = (gate: Faster, records: readonly InstanceRecord[]): Decision => {
  const { candidate, reference, by, confidence } = gate
  const asked = `${candidate} at least ${by}× as fast as ${reference} (confidence ${confidence})`
  const benchmark = records
    .filter(isThere)
    .map(record => record.output?.measurements?.['models'] as Readonly<Record<string, Timed>> | undefined)
    .find(models => models?.[candidate]?.times && models[reference]?.times)
  if (!benchmark) {
    return {
      status: 'inconclusive',
      asked,
      found: 'no benchmark timed the two together',
      hint: 'List both in one benchmark step.',
    }
  }
  const mine = benchmark[candidate]!
  const other = benchmark[reference]!
  const ratios = mine.times!.map((time, round) => other.times![round]! / time)
  const interval = medianInterval(ratios, confidence)
  if (!interval)
    return { status: 'inconclusive', asked, found: `${ratios.length} rounds are too few for this confidence` }
  const { median, low, high } = interval
  const found = `${median.toFixed(2)}×, interval ${low.toFixed(2)} to ${high.toFixed(2)}, ${ratios.length} rounds`
  const figures = { ratio: median, low, high, rounds: ratios.length }
  if (mine.simulated || other.simulated) {
    return {
      status: 'inconclusive',
      asked,
      found: `${found}, of a simulation`,
      figures,
      hint: `${mine.simulated ? candidate : reference} runs with its quantization simulated in float: its time says nothing about integer kernels.`,
    }
  }
  const status = low >= by ? 'pass' : high < by ? 'fail' : 'inconclusive'
  return {
    status,
    asked,
    found,
    figures,
    ...(status === 'inconclusive'
      ? { hint: 'The interval holds the factor: more rounds or a quieter machine make it narrower.' }
      : {}),
  }
}
