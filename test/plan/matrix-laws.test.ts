import fc from 'fast-check'
import { instanceName } from '../../src/core/instance-name.js'
import { assert, suite } from '../suite.js'
import { clean, idsOf, plan } from './matrix-rig.js'
import { told } from './rig.js'

const test = suite('laws of matrices')

/** A random matrix: values by axis, and maps that are excluded. */
const matrices = fc.record({
  axes: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4 }), {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  }),
  excluded: fc.array(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4 }), {
      minKeys: 1,
      noNullPrototype: true,
    }),
    { maxLength: 3 },
  ),
})

type Row = Readonly<Record<string, number>>

const productOf = (axes: Row): Row[] =>
  Object.entries(axes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce<Row[]>(
      (rows, [axis, count]) =>
        rows.flatMap(row => Array.from({ length: count }, (_, at) => ({ ...row, [axis]: at + 1 }))),
      [{}],
    )

const fits = (row: Row, wanted: Row): boolean =>
  Object.entries(wanted).every(([axis, value]) => row[axis] === value)

const flow = (value: unknown): string => JSON.stringify(value)

/** Steps that each take one or two earlier ones and may add an axis of their own. */
const graphs = fc.array(
  fc.record({
    model: fc.nat(20),
    other: fc.option(fc.nat(20), { nil: undefined }),
    own: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 5 },
)

test('n values of one axis and m of another make n × m instances, less what is excluded', async () => {
  await fc.assert(
    fc.asyncProperty(matrices, async ({ axes, excluded }) => {
      const all = productOf(axes)
      // Only what excludes something that is still there is no mistake.
      let left = all
      const useful = excluded.filter(each => {
        if (!Object.keys(each).every(axis => axes[axis] !== undefined && each[axis]! <= axes[axis]))
          return false
        const kept = left.filter(row => !fits(row, each))
        const does = kept.length < left.length && kept.length > 0
        if (does) left = kept
        return does
      })
      const lists = Object.fromEntries(
        Object.entries(axes).map(([axis, count]) => [axis, Array.from({ length: count }, (_, at) => at + 1)]),
      )
      const matrix = { ...lists, ...(useful.length > 0 ? { exclude: useful } : {}) }
      const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: ${flow(matrix)}}
`)
      assert.equal(
        idsOf(made).slice(1),
        left.map(row => instanceName('small', { axes: row })),
      )
    }),
    { numRuns: 60 },
  )
})

test('joins are natural joins on the axes that both inherited', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async steps => {
      const lines = ['steps:', '  s0: {kind: make, size: 8}']
      const rows: Row[][] = [[{}]]
      const wanted: Record<string, readonly string[]> = {}
      const takes: string[][] = []
      for (const [at, { model, other, own }] of steps.entries()) {
        const id = `s${at + 1}`
        const sources = [model, ...(other === undefined ? [] : [other])].map(each => each % (at + 1))
        takes.push(sources.map(each => `s${each}`))
        const matrix =
          own === undefined
            ? ''
            : `, matrix: {x${at + 1}: ${flow(productOf({ v: own }).map(row => row['v']))}}`
        lines.push(
          `  ${id}: {kind: change, model: s${sources[0]}${sources[1] === undefined ? '' : `, other: s${sources[1]}`}${matrix}}`,
        )
        // Brute force: every combination of rows, and those kept whose common axes agree.
        const parts = [
          ...sources.map(each => rows[each]!),
          ...(own === undefined ? [] : [productOf({ [`x${at + 1}`]: own })]),
        ]
        const joined = parts.reduce<Row[]>(
          (left, right) =>
            left.flatMap(a =>
              right.flatMap(b =>
                Object.keys(b).every(axis => a[axis] === undefined || a[axis] === b[axis])
                  ? [{ ...a, ...b }]
                  : [],
              ),
            ),
          [{}],
        )
        rows.push(joined)
        for (const row of joined)
          wanted[instanceName(id, { axes: row })] = sources.map(each => {
            const axes = Object.keys(rows[each]![0]!)
            return instanceName(`s${each}`, {
              axes: Object.fromEntries(axes.map(axis => [axis, row[axis]!])),
            })
          })
      }
      const made = await clean(`${lines.join('\n')}\n`)
      assert.equal(
        Object.fromEntries(
          made.instances.slice(1).map(({ id, inputs }) => [
            id,
            Object.values(inputs)
              .flat()
              .map(({ instance }) => instance),
          ]),
        ),
        wanted,
      )
    }),
    { numRuns: 60 },
  )
})

test('ten thousand instances and their followers are planned in seconds, and told of in a line', async () => {
  const values = JSON.stringify(Array.from({ length: 100 }, (_, at) => at))
  const started = performance.now()
  const text = `steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {a: ${values}, by: ${values}}, by: "\${{ matrix.by }}"}
  half: {kind: gather, only: scores}
  scores: {kind: measure, models: [small]}
gates:
  g: {check: small.accuracy > 0}
`
  const made = await plan(text)
  assert.ok(performance.now() - started < 30_000, `${performance.now() - started} ms`)
  assert.is(made.instances.length, 20_002)
  assert.equal(told(made.problems, text), ['several-instances 5:30 scores', 'gate-list 8:14 small'])
  for (const { message, hint } of made.problems)
    assert.ok(message.length + (hint ?? '').length < 700, message)
})
