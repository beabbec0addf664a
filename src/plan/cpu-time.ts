import type { Problem } from '../core/problem.js'
import type { DescribedInputs, Work } from '../steps/define-step.js'
import type { Instance } from './plan.js'

/**
 * Multiply–accumulates a second of the cpu engine: the gradients of layers whose weights take part in many products
 * (convolutions, recurrent ones), those of dense layers, and forward passes. Right to a factor of 2 or 3 on any machine.
 */
const rates = { reusing: 20e6, dense: 150e6, inference: 300e6 }

const secondsOf = ({ training, inference, reuses }: Work): number =>
  training / (reuses ? rates.reusing : rates.dense) + inference / rates.inference

/** `14 hours`, `20 minutes`: an estimate knows a digit or two. */
export const roughTime = (seconds: number): string => {
  const units = [
    ['second', 1],
    ['minute', 60],
    ['hour', 3600],
    ['day', 86_400],
  ] as const
  const [unit, size] = units.findLast(([, each]) => seconds >= 2 * each) ?? units[0]
  const count = Math.max(1, Number((seconds / size).toPrecision(seconds / size < 10 ? 1 : 2)))
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/**
 * Says what choosing the cpu engine costs this plan, in the warning that the engine itself gave: what its steps that
 * will run take together, and the longest of them. Without an estimate, or where it is seconds, the warning stays as it is.
 */
export const tellCpuTime = (
  instances: readonly Instance[],
  inputsOf: (instance: Instance) => DescribedInputs | undefined,
  problems: readonly Problem[],
): readonly Problem[] => {
  const times = instances.flatMap(instance => {
    const { spec, status, engine, config, outputs } = instance
    const willRun = status.type === 'miss' || status.type === 'pending'
    const inputs = willRun && spec.computes && engine.name === 'cpu' ? inputsOf(instance) : undefined
    const work = inputs && spec.work?.(config, inputs, outputs)
    return work ? [{ id: instance.id, seconds: secondsOf(work) }] : []
  })
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0)
  if (total < 10) return problems
  const longest = times.reduce((most, each) => (each.seconds > most.seconds ? each : most))
  const rest = times.length > 1 ? `, "${longest.id}" alone ${roughTime(longest.seconds)}` : ''
  const which =
    times.length === 1 ? `"${longest.id}" will take` : `the ${times.length} steps that will run on it take`
  return problems.map(each =>
    each.code === 'engine-slow' && each.message.startsWith('the cpu engine')
      ? { ...each, message: `${each.message}: ${which} about ${roughTime(total)}${rest}` }
      : each,
  )
}
