import type { Plan } from '../../src/plan/plan.js'
import { assert } from '../suite.js'
import { bench, instanceOf } from './rig.js'

/** A recipe that halves and changes a model. */
const small = `trimtab: 1
seed: 99
inputs: {model: model, data: {type: dataset, optional: true}}
params: {by: {type: number, default: 1, minimum: 0}, least: 0.5}
steps:
  cut: {kind: halve, model: model}
  tuned: {kind: change, model: cut, by: "\${{ params.by }}"}
  scores: {kind: measure, models: [model, tuned], data: data}
outputs: {tuned: tuned, cut: cut}
gates:
  kept: {check: tuned.accuracy >= model.accuracy - params.least}
`

/** A recipe of two of it, one behind the other. */
const twice = `trimtab: 1
inputs: {model: model}
params: {by: 3}
steps:
  once: {kind: pipeline, uses: small.yml, inputs: {model: model}, params: {by: "\${{ params.by }}"}}
  again: {kind: pipeline, uses: ./small.yml, inputs: {model: once.cut}, params: {by: "\${{ params.by + 1 }}"}}
outputs: {model: again, first: once.tuned}
`

export const files = { 'data.txt': 'x', 'parts/small.yml': small, 'parts/twice.yml': twice }
export const { plan } = await bench(files)

export const idsOf = (made: Plan): string[] => made.instances.map(({ id }) => id)

export const clean = async (text: string, more: Parameters<typeof plan>[1] = {}): Promise<Plan> => {
  const made = await plan(text, more)
  assert.equal(made.problems, [])
  return made
}

export const from = (made: Plan, id: string): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(instanceOf(made, id).inputs).map(([port, edges]) => [
      port,
      edges.map(({ instance }) => instance),
    ]),
  )

export const base = `steps:
  base: {kind: make, size: 8}
`
