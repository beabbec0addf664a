import fc from 'fast-check'
import { digestValue } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import type { Plan } from '../../src/plan/plan.js'
import { assert, suite } from '../suite.js'
import { recipe, shuffled } from './random-recipe.js'
import { bench } from './rig.js'

const test = suite('laws of plans')

/** What a plan is, whatever the order of its instances: each with its identity, its edges and its status. */
const graphOf = ({ instances }: Plan) =>
  Object.fromEntries(
    [...instances]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, identity, inputs, needs, seed, status, about }) => [
        id,
        {
          identity: digestValue(identity),
          inputs,
          needs: [...needs].sort(),
          seed,
          about,
          status:
            status.type === 'pending' ? [...status.waitsFor].sort() : 'key' in status ? status.key : status,
        },
      ]),
  ) as Record<string, unknown>

/** YAML of it: every value of the top level as JSON. */
const text = (value: unknown): string =>
  Object.entries(value as object)
    .map(([key, each]) => `${key}: ${JSON.stringify(each)}\n`)
    .join('')

test('a recipe whose keys stand in another order plans the same', async () => {
  const { plan } = await bench()
  let wide = 0
  await fc.assert(
    fc.asyncProperty(recipe, fc.nat(), async (made, seed) => {
      const random = stream(seed, 'order')
      const [one, other] = [await plan(text(made)), await plan(text(shuffled(made, () => random.uniform())))]
      assert.equal(one.problems, [])
      assert.equal(other.problems, [])
      assert.equal(graphOf(other), graphOf(one))
      if (one.instances.length > Object.keys(made['steps'] as object).length) wide++
    }),
    { numRuns: 300, seed: 1 },
  )
  assert.ok(wide > 100, `${wide} recipes with several instances of a step`)
})

test('each instance comes after all that it needs', async () => {
  const { plan } = await bench()
  await fc.assert(
    fc.asyncProperty(recipe, async made => {
      const { instances } = await plan(text(made))
      const before = new Set<string>()
      for (const { id, inputs, needs } of instances) {
        for (const each of [
          ...Object.values(inputs).flatMap(edges => edges.map(edge => edge.instance)),
          ...needs,
        ])
          assert.ok(before.has(each), `${id} comes before ${each}`)
        assert.not.ok(before.has(id), `${id} twice`)
        before.add(id)
      }
    }),
    { numRuns: 200, seed: 2 },
  )
})

test('params written as literals change no key', async () => {
  const { plan } = await bench()
  await fc.assert(
    fc.asyncProperty(recipe, async made => {
      const { params: _, ...rest } = made
      const whole = JSON.stringify(rest)
      const literal = JSON.parse(
        whole.replaceAll('"${{ params.size }}"', '128').replaceAll('${{ params.word }}', 'hello'),
      ) as unknown
      assert.equal(graphOf(await plan(text(literal))), graphOf(await plan(text(made))))
    }),
    { numRuns: 200, seed: 3 },
  )
})
