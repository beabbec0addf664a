import fc from 'fast-check'

/** A recipe as plain data: JSON is YAML too. */
export type Plain = Readonly<Record<string, unknown>>

interface Drawn {
  readonly kind: 'make' | 'halve' | 'measure' | 'gather'
  /** Which of the earlier steps it takes. */
  readonly picks: readonly number[]
  readonly axes: readonly (readonly [count: number, named: boolean])[]
  readonly needs: boolean
  readonly value: number
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom('make', 'make', 'halve', 'halve', 'measure', 'gather'),
  picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  axes: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()), {
        minLength: 1,
        maxLength: 2,
      }),
    },
  ),
  needs: fc.boolean(),
  value: fc.integer({ min: 1, max: 5 }),
})

const pick = <T>(items: readonly T[], picks: readonly number[]): T[] => [
  ...new Set(picks.map(each => items[each % items.length]!)),
]

/** Axes that belong to one step alone, so that no two clash. */
const matrixOf = (id: string, axes: Drawn['axes']): Plain =>
  Object.fromEntries(
    axes.map(([count, named], at) => [
      `${id}x${at}`,
      named
        ? Object.fromEntries(Array.from({ length: count }, (_, value) => [`v${value}`, value + 1]))
        : Array.from({ length: count }, (_, value) => value + 1),
    ]),
  )

/** A sound recipe of the kinds of `plan/rig.ts`: a graph with matrices, twins, gathered lists, params and gates. */
export const recipe: fc.Arbitrary<Plain> = fc
  .tuple(fc.array(drawn, { minLength: 2, maxLength: 8 }), fc.nat(5))
  .map(([all, seed]) => {
    const models: string[] = ['s']
    const measures: string[] = []
    const steps: Record<string, unknown> = { s: { kind: 'make', size: '${{ params.size }}' } }
    for (const [at, { kind, picks, axes, needs, value }] of all.entries()) {
      const id = `s${at}`
      const matrix = matrixOf(id, axes)
      const [axis] = Object.keys(matrix)
      const more = {
        ...(axis === undefined ? {} : { matrix }),
        ...(needs ? { needs: pick(Object.keys(steps), picks.slice(0, 1)), description: `step ${at}` } : {}),
      }
      const number = axis === undefined ? value * 64 : `\${{ matrix.${axis} * ${value} * 64 }}`
      if (kind === 'make') steps[id] = { kind, size: number, ...more }
      else if (kind === 'halve') steps[id] = { kind, model: pick(models, picks)[0], ...more }
      else if (kind === 'measure') steps[id] = { kind, models: pick(models, picks), top: value + 1, ...more }
      else
        steps[id] = {
          kind,
          models: pick(models, picks),
          ...(measures.length > 0 ? { metrics: pick(measures, picks) } : {}),
          text:
            axis === undefined ? '${{ params.word }} there' : `\${{ params.word }} \${{ matrix.${axis} }}`,
          ...more,
        }
      if (kind === 'make' || kind === 'halve') models.push(id)
      if (kind === 'measure') measures.push(id)
    }
    return {
      seed,
      params: { size: 128, word: { type: 'string', default: 'hello', description: 'A word.' } },
      steps,
      gates: { small: { check: 's.bytes < 100000', severity: 'warn' } },
    }
  })

const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same with the keys of every map in another order. Lists keep theirs: it has a meaning. */
export const shuffled = (value: unknown, next: () => number): unknown => {
  if (Array.isArray(value)) return value.map(each => shuffled(each, next))
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [next(), key, shuffled(each, next)] as const)
      .sort(([a], [b]) => a - b)
      .map(([, key, each]) => [key, each]),
  )
}
