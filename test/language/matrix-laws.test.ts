import fc from 'fast-check'
import { join, narrowed, type Lattice } from '../../src/language/lattice.js'
import type { Row } from '../../src/language/axis-values.js'
import type { ScalarNode } from '../../src/language/node.js'
import { createReporter } from '../../src/language/reporter.js'
import { sourceFile } from '../../src/language/source-file.js'
import { assert, suite } from '../suite.js'
import { bench } from '../plan/rig.js'

const test = suite('laws of matrices')

const source = sourceFile('/recipe.yml', '')
const valueOf = (label: string) => {
  const node: ScalarNode = { source, start: 0, end: 0, kind: 'scalar', value: label }
  return { label, node }
}

type Labels = Readonly<Record<string, string>>
const labelsOf = (row: Row): Labels =>
  Object.fromEntries(Object.entries(row).map(([axis, { label }]) => [axis, label]))
/** Rows as a set: each as text, sorted. */
const asSet = (rows: readonly Labels[]): string[] =>
  rows.map(row => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort()

/** Some combinations of some axes; each axis has one origin wherever it stands. */
const lattice = (names: readonly string[]): fc.Arbitrary<{ lattice: Lattice; rows: readonly Labels[] }> =>
  fc
    .subarray([...names], { minLength: 0 })
    .chain(axes =>
      fc.tuple(
        fc.constant(axes),
        fc.uniqueArray(fc.tuple(...axes.map(() => fc.constantFrom('1', '2', '3'))), {
          minLength: 1,
          maxLength: 12,
          selector: values => values.join(),
        }),
      ),
    )
    .map(([axes, all]) => {
      const rows = all.map(values => Object.fromEntries(axes.map((axis, at) => [axis, values[at] as string])))
      return {
        rows,
        lattice: {
          axes: Object.fromEntries(axes.map(axis => [axis, `from ${axis}`])),
          rows: rows.map(row =>
            Object.fromEntries(Object.entries(row).map(([axis, label]) => [axis, valueOf(label)])),
          ),
        },
      }
    })

test('two ports join as tables do: every pair of rows that agrees on what both have', () => {
  let dangling = 0
  fc.assert(
    fc.property(lattice(['a', 'b', 'c']), lattice(['b', 'c', 'd']), (one, other) => {
      const pairs = one.rows.flatMap(left =>
        other.rows
          .filter(right => Object.entries(right).every(([axis, label]) => (left[axis] ?? label) === label))
          .map(right => ({ ...left, ...right })),
      )
      const joined = join(one.lattice, other.lattice)
      if (joined === 'too-large' || 'axis' in joined) throw new Error('no join')
      assert.equal(asSet(joined.rows.map(labelsOf)), asSet(pairs))
      assert.equal(
        Object.keys(joined.axes).sort(),
        [...new Set([...Object.keys(one.lattice.axes), ...Object.keys(other.lattice.axes)])].sort(),
      )
      if (pairs.length < one.rows.length) dangling++
    }),
    { numRuns: 2000, seed: 1 },
  )
  assert.ok(dangling > 100)
})

test('a join does not depend on which port comes first, and is its own neutral', () => {
  fc.assert(
    fc.property(lattice(['a', 'b', 'c']), lattice(['b', 'c', 'd']), (one, other) => {
      const [there, back] = [join(one.lattice, other.lattice), join(other.lattice, one.lattice)]
      const self = join(one.lattice, one.lattice)
      if (typeof there === 'string' || 'axis' in there || typeof back === 'string' || 'axis' in back)
        throw new Error('no join')
      if (typeof self === 'string' || 'axis' in self) throw new Error('no join')
      assert.equal(asSet(there.rows.map(labelsOf)), asSet(back.rows.map(labelsOf)))
      assert.equal(asSet(self.rows.map(labelsOf)), asSet(one.rows))
    }),
    { numRuns: 500, seed: 2 },
  )
})

test('axes of one name and different origins clash', () => {
  const of = (origin: string): Lattice => ({ axes: { a: origin }, rows: [{ a: valueOf('1') }] })
  const clash = join(of('x'), of('y'))
  assert.equal(clash, { axis: 'a', origins: ['x', 'y'] })
})

test('pins leave the rows that match, without the pinned axes', () => {
  fc.assert(
    fc.property(lattice(['a', 'b', 'c']), fc.nat(), fc.nat(), ({ lattice: all, rows }, which, how) => {
      const row = rows[which % rows.length]!
      const axes = Object.keys(row).filter((_, at) => (how >> at) & 1)
      const pins = Object.fromEntries(axes.map(axis => [axis, row[axis]!]))
      const place = { source, start: 0, end: 0 }
      const at = source.span(0, 0)
      const found = narrowed(all, { step: 's', pins, place, at }, createReporter())!
      const left = rows
        .filter(each => axes.every(axis => each[axis] === pins[axis]))
        .map(each => Object.fromEntries(Object.entries(each).filter(([axis]) => !axes.includes(axis))))
      assert.equal(asSet(found.rows.map(labelsOf)), [...new Set(asSet(left))])
    }),
    { numRuns: 1000, seed: 3 },
  )
})

interface Drawn {
  readonly sizes: readonly number[]
  readonly excluded: readonly (readonly number[])[]
  readonly included: readonly (readonly number[])[]
}

const drawn: fc.Arbitrary<Drawn> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain(sizes =>
    fc.record({
      sizes: fc.constant(sizes),
      // 0 leaves an axis out of the map.
      excluded: fc.array(fc.tuple(...sizes.map(size => fc.integer({ min: 0, max: size }))), { maxLength: 3 }),
      included: fc.array(fc.tuple(...sizes.map(size => fc.integer({ min: 1, max: size + 2 }))), {
        maxLength: 3,
      }),
    }),
  )

const axisName = (at: number): string => `x${at}`
const mapOf = (values: readonly number[]): Record<string, number> =>
  Object.fromEntries(values.flatMap((value, at) => (value === 0 ? [] : [[axisName(at), value]])))

/** The names of instances by going through every combination, and whether include or exclude has a fault. */
const expected = ({ sizes, excluded, included }: Drawn): { names: string[]; sound: boolean } => {
  let rows: number[][] = sizes.reduce<number[][]>(
    (all, size) => all.flatMap(row => Array.from({ length: size }, (_, value) => [...row, value + 1])),
    [[]],
  )
  let sound = true
  for (const out of excluded) {
    const kept = rows.filter(row => !row.every((value, at) => out[at] === 0 || out[at] === value))
    sound &&= kept.length < rows.length && out.some(value => value > 0)
    rows = kept
  }
  for (const more of included) {
    sound &&= !rows.some(row => row.join() === more.join())
    rows.push([...more])
  }
  sound &&= rows.length > 0
  const names = rows.map(row => `s[${row.map((value, at) => `${axisName(at)}=${value}`).join(',')}]`)
  return { names: names.sort(), sound }
}

const text = ({ sizes, excluded, included }: Drawn): string => {
  const axes = Object.fromEntries(
    sizes.map((size, at) => [axisName(at), Array.from({ length: size }, (_, value) => value + 1)]),
  )
  const matrix = {
    ...axes,
    ...(excluded.length > 0 ? { exclude: excluded.map(mapOf) } : {}),
    ...(included.length > 0 ? { include: included.map(mapOf) } : {}),
  }
  return `steps: {s: {kind: gather, text: "v\${{ matrix.x0 }}", matrix: ${JSON.stringify(matrix)}}}\n`
}

test('a matrix of n × m has n · m instances, each with a name of its own', async () => {
  const { plan } = await bench()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      async sizes => {
        const { instances, problems } = await plan(text({ sizes, excluded: [], included: [] }))
        assert.equal(problems, [])
        assert.is(
          instances.length,
          sizes.reduce((product, size) => product * size, 1),
        )
        assert.is(new Set(instances.map(({ id }) => id)).size, instances.length)
      },
    ),
    { numRuns: 100, seed: 4 },
  )
})

test('include and exclude do what going through all combinations does', async () => {
  const { plan } = await bench()
  let sound = 0
  await fc.assert(
    fc.asyncProperty(drawn, async made => {
      const { instances, problems } = await plan(text(made))
      const wanted = expected(made)
      assert.is(problems.length === 0, wanted.sound, `${text(made)}${JSON.stringify(problems)}`)
      if (!wanted.sound) return
      assert.equal(instances.map(({ id }) => id).sort(), wanted.names)
      sound++
    }),
    { numRuns: 600, seed: 5 },
  )
  assert.ok(sound > 100, `${sound} sound ones`)
})

test('what takes two steps of a matrix each has one instance for each pair that belongs together', async () => {
  const { plan } = await bench({ 'table.csv': 'x' })
  const size = fc.integer({ min: 1, max: 3 })
  const values = (count: number): string => `[${Array.from({ length: count }, (_, at) => at + 1).join(', ')}]`
  await fc.assert(
    fc.asyncProperty(size, size, size, fc.boolean(), async (n, m, k, pinned) => {
      const made = await plan(`steps:
  data: {kind: source, file: table.csv, words: "v\${{ matrix.a }}", matrix: {a: ${values(n)}}}
  base: {kind: make, data: data, size: "\${{ matrix.b * 64 }}", matrix: {b: ${values(m)}}}
  small: {kind: halve, model: base}
  other: {kind: make, size: 8}
  scores: {kind: measure, models: [other], data: ${pinned ? '"data[a=1]"' : 'data'}, reference: small, top: "\${{ matrix.c }}", matrix: {c: ${values(k)}}}
`)
      assert.equal(made.problems, [])
      const scores = made.instances.filter(({ step }) => step === 'scores')
      assert.is(scores.length, n * m * k)
      for (const { id, inputs } of scores) {
        const [, a, b] = /a=(\d),b=(\d)/.exec(id)!
        assert.equal(
          [inputs['data']![0]!.instance, inputs['reference']![0]!.instance],
          [`data[a=${pinned ? '1' : a}]`, `small[a=${a},b=${b}]`],
        )
      }
    }),
    { numRuns: 60, seed: 6 },
  )
})
