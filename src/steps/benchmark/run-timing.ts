import { medianInterval } from '../../core/median-interval.js'
import type { Random } from '../../core/random.js'

/** One model to time: runs a forward pass to its end and gives its milliseconds. */
export type Contender = () => Promise<number>

export interface Schedule {
  readonly rounds: number
  readonly warmUp: number
  /** Draws each round's order. */
  readonly random: Random
  /** Before each round, with the share that is done; may throw to stop. */
  readonly before: (done: number) => void
}

/** Milliseconds of each contender in each round that counts. Every round runs all of them once, in a fresh order, so that a drift of the machine meets all alike. */
export const interleave = async (
  contenders: readonly Contender[],
  schedule: Schedule,
): Promise<number[][]> => {
  const { rounds, warmUp, random, before } = schedule
  const times: number[][] = contenders.map(() => [])
  for (let round = -warmUp; round < rounds; round++) {
    before((round + warmUp) / (rounds + warmUp))
    for (const index of random.shuffle(contenders.map((_, i) => i))) {
      const taken = await contenders[index]!()
      if (round >= 0) times[index]!.push(taken)
    }
  }
  return times
}

/** The value below which a share of a sample lies, between neighbours by their distance (type 7 of Hyndman & Fan 1996). */
export const quantile = (sample: readonly number[], share: number): number => {
  const sorted = [...sample].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  const above = sorted[Math.ceil(at)]!
  return below + (above - below) * (at - Math.floor(at))
}

export interface Latency {
  /** Milliseconds of a forward pass. */
  readonly p50: number
  readonly p95: number
  /** Reference time by own time, round by round: the median and its interval. Above 1 is faster. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  readonly confidence: number
  readonly rounds: number
  readonly imagesPerSecond: number
  /** Its quantization is simulated in float32, so this is not the time of integer kernels. */
  readonly simulated: boolean
  /** Milliseconds round by round, for a gate's own interval. */
  readonly times: readonly number[]
}

/** What is said of one contender's times against the reference's of the same rounds. */
export const latencyOf = (
  times: readonly number[],
  reference: readonly number[],
  about: { readonly confidence: number; readonly batchSize: number; readonly simulated: boolean },
): Latency => {
  const ratios = times.map((time, round) => reference[round]! / time)
  const interval = medianInterval(ratios, about.confidence) ?? {
    median: quantile(ratios, 0.5),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  }
  const p50 = quantile(times, 0.5)
  return {
    p50,
    p95: quantile(times, 0.95),
    ratio: interval.median,
    low: interval.low,
    high: interval.high,
    confidence: about.confidence,
    rounds: times.length,
    imagesPerSecond: (about.batchSize / p50) * 1000,
    simulated: about.simulated,
    times,
  }
}
