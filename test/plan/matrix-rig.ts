import type { Plan } from '../../src/plan/plan.js'
import { assert } from '../suite.js'
import { bench, instanceOf } from './rig.js'

/** Plans texts in a folder of their own. */
export const { plan } = await bench({ 'data.txt': 'x' })

export const idsOf = (made: Plan): string[] => made.instances.map(({ id }) => id)

/** A plan without problems. */
export const clean = async (text: string, more: Parameters<typeof plan>[1] = {}): Promise<Plan> => {
  const made = await plan(text, more)
  assert.equal(made.problems, [])
  return made
}

/** Makers of an instance's inputs, port by port. */
export const from = (made: Plan, id: string): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(instanceOf(made, id).inputs).map(([port, edges]) => [
      port,
      edges.map(({ instance }) => instance),
    ]),
  )
