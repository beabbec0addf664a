import { problem, type Problem } from '../core/problem.js'
import { isMixed } from '../core/promise.js'
import type { Plan } from './plan.js'

/** Problems of steps that ask for mixed precision on an engine that has none. Each step is told once. */
export const checkMixedPrecision = ({ instances, recipe }: Plan): readonly Problem[] => {
  const told = new Set<string>()
  const steps = new Map(recipe.steps.map(step => [step.id, step]))
  return instances.flatMap(instance => {
    const { engine, step: id, spec, config } = instance
    if (engine.name === 'native' || !spec.computes || !isMixed(config) || told.has(id)) return []
    told.add(id)
    const at = steps.get(id)?.locate(['mixedPrecision']) ?? instance.at
    return [
      problem(
        'mixed-precision-unavailable',
        `"${instance.id}" asks for mixed precision, and the ${engine.name} engine computes in float32 alone`,
        {
          at,
          frame: recipe.frame(at),
          hint: 'Use `engine: native` for it, or set `mixedPrecision: none`.',
        },
      ),
    ]
  })
}
