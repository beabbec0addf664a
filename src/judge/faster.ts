import { medianInterval } from '../core/median-interval.js'
import type { InstanceRecord } from '../store/run-record.js'
import { isThere } from '../expression/figures.js'
import { type Bind } from '../expression/scope.js'
import type { Decision, JudgedGate } from './gate.js'

type Faster = Extract<JudgedGate, { form: 'faster' }>

interface Timed {
  readonly simulated?: boolean
  /** Milliseconds of each round, in the order of the rounds. */
  readonly times?: readonly number[]
}

interface Benchmark {
  readonly step: string
  readonly mine: Required<Timed>
  readonly other: Required<Timed>
}

const benchmarksOf = ({ candidate, reference }: Faster, records: readonly InstanceRecord[]): Benchmark[] =>
  records.filter(isThere).flatMap(({ step, output }) => {
    const models = output?.measurements?.['models'] as Readonly<Record<string, Timed>> | undefined
    const [mine, other] = [models?.[candidate], models?.[reference]]
    return mine?.times && other?.times
      ? [
          {
            step,
            mine: { simulated: false, ...mine, times: mine.times },
            other: { simulated: false, ...other, times: other.times },
          },
        ]
      : []
  })

const judgeOne = ({ candidate, reference, by, confidence }: Faster, { mine, other }: Benchmark): Decision => {
  const ratios = mine.times.map((time, round) => other.times[round]! / time)
  const interval = medianInterval(ratios, confidence)
  if (!interval)
    return {
      status: 'inconclusive',
      found: `${ratios.length} rounds are too few for a confidence of ${confidence}`,
      hint: 'Give the benchmark more rounds.',
    }
  const { median, low, high } = interval
  const found = `${median.toFixed(2)}×, interval ${low.toFixed(2)} to ${high.toFixed(2)}, ${ratios.length} rounds`
  const figures = { ratio: median, low, high, rounds: ratios.length }
  if (mine.simulated || other.simulated)
    return {
      status: 'inconclusive',
      found: `${found}, of a simulation`,
      figures,
      hint: `${mine.simulated ? candidate : reference} runs with its quantization simulated in float: its time says nothing about integer kernels.`,
    }
  const status = low >= by ? 'pass' : high < by ? 'fail' : 'inconclusive'
  const hint = 'The interval holds the factor: more rounds or a quieter machine make it narrower.'
  return { status, found, figures, ...(status === 'inconclusive' ? { hint } : {}) }
}

const severity = { fail: 2, inconclusive: 1, pass: 0 }

/**
 * Is the candidate faster by the factor asked for? Judged on the median of the ratios of times round by round, both
 * models in each; its interval assumes no distribution. Where several benchmarks timed the two, the worst finding
 * counts.
 */
export const decideFaster = (named: Faster, bind: Bind, records: readonly InstanceRecord[]): Decision => {
  const idOf = (name: string): string => bind(name)?.instances[0]?.id ?? name
  const gate = { ...named, candidate: idOf(named.candidate), reference: idOf(named.reference) }
  const { candidate, reference } = gate
  const found = benchmarksOf(gate, records).map(each => ({ step: each.step, ...judgeOne(gate, each) }))
  const [worst] = found.toSorted((a, b) => severity[b.status] - severity[a.status])
  if (worst) {
    const { step, ...decision } = worst
    return found.length === 1 ? decision : { ...decision, found: `${step}: ${decision.found}` }
  }
  const meant = records.filter(({ inputs, kind }) => {
    const from = new Set(Object.values(inputs).flat())
    return kind === 'benchmark' && from.has(candidate) && from.has(reference)
  })
  const missing = meant.find(record => !isThere(record))
  return {
    status: 'inconclusive',
    found: missing
      ? `the two were not timed: "${missing.instance}" ${missing.status === 'failed' ? 'failed' : 'was skipped'}`
      : 'no benchmark timed the two together',
    leftOut: meant.length === 0,
  }
}
