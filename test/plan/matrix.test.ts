import fc from 'fast-check'
import { instanceName } from '../../src/core/instance-name.js'
import type { Plan } from '../../src/plan/plan.js'
import { assert, suite } from '../suite.js'
import { bench, finish, instanceOf, told } from './rig.js'

const test = suite('plan matrix')

const { plan } = await bench({ 'data.txt': 'x' })

const idsOf = (made: Plan): string[] => made.instances.map(({ id }) => id)

/** A plan without problems. */
const clean = async (text: string, more: Parameters<typeof plan>[1] = {}): Promise<Plan> => {
  const made = await plan(text, more)
  assert.equal(made.problems, [])
  return made
}

/** Makers of an instance's inputs, port by port. */
const from = (made: Plan, id: string): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(instanceOf(made, id).inputs).map(([port, edges]) => [
      port,
      edges.map(({ instance }) => instance),
    ]),
  )

test('one instance a combination, named by its axes in the order of their names, with its own config', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  changed:
    kind: change
    model: base
    matrix: {z: [1, 2.50], a: [x, y]}
    by: \${{ matrix.z * 2 }}
    text: "\${{ matrix.a }}"
`)
  assert.equal(idsOf(made), [
    'base',
    'changed[a=x,z=1]',
    'changed[a=y,z=1]',
    'changed[a=x,z=2.5]',
    'changed[a=y,z=2.5]',
  ])
  assert.equal(instanceOf(made, 'changed[a=y,z=2.5]').config, { by: 5, text: 'y' })
})

test('a single port fans out, each instance fed by its twin; a list port gathers all', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2, 3]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}
  scores: {kind: measure, models: [base, half], reference: base}
  all: {kind: gather, models: [half, base], metrics: [scores]}
`)
  for (const by of [1, 2, 3]) assert.equal(from(made, `half[by=${by}]`), { model: [`small[by=${by}]`] })
  assert.equal(from(made, 'all')['models'], ['half[by=1]', 'half[by=2]', 'half[by=3]', 'base'])
  assert.equal(from(made, 'all')['metrics'], [
    'scores[base]',
    'scores[half[by=1]]',
    'scores[half[by=2]]',
    'scores[half[by=3]]',
  ])
  assert.is(instanceOf(made, 'scores[half[by=2]]').about, 'half[by=2]')
})

test('a step that carries the axes takes the twins of its lists too', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}
  scores: {kind: measure, models: [half, base], reference: small}
`)
  assert.equal(idsOf(made).slice(-4), [
    'scores[half,by=1]',
    'scores[base,by=1]',
    'scores[half,by=2]',
    'scores[base,by=2]',
  ])
  assert.equal(from(made, 'scores[half,by=2]'), { models: ['half[by=2]'], reference: ['small[by=2]'] })
})

test('a pinned port takes one instance, or those that the pins leave open', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2], text: [a, b]}, by: "\${{ matrix.by }}", text: "\${{ matrix.text }}"}
  one: {kind: halve, model: "small[text=b,by=2]"}
  some: {kind: halve, model: "small[by=2.0]"}
  many: {kind: gather, models: ["small[text=a]", base]}
  waits: {kind: halve, model: base, needs: ["small[by=1,text=a]"]}
  twin: {kind: change, model: small, needs: [some]}
`)
  assert.equal(from(made, 'one'), { model: ['small[by=2,text=b]'] })
  assert.equal(
    idsOf(made).filter(id => id.startsWith('some')),
    ['some[text=a]', 'some[text=b]'],
  )
  assert.equal(from(made, 'some[text=b]'), { model: ['small[by=2,text=b]'] })
  assert.equal(from(made, 'many')['models'], ['small[by=1,text=a]', 'small[by=2,text=a]', 'base'])
  assert.equal(instanceOf(made, 'waits').needs, ['small[by=1,text=a]'])
  assert.equal(instanceOf(made, 'twin[by=1,text=b]').needs, ['some[text=b]'])
})

test('two ports join on axes of the same step, and multiply where they have different ones', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2]}, by: "\${{ matrix.by }}"}
  left: {kind: halve, model: small}
  right: {kind: change, model: small, matrix: {text: [a, b]}, text: "\${{ matrix.text }}"}
  both: {kind: change, model: left, other: right}
  apart: {kind: change, model: base, matrix: {how: [p, q]}}
  more: {kind: change, model: small, other: apart}
`)
  assert.equal(
    idsOf(made).filter(id => id.startsWith('both')),
    ['both[by=1,text=a]', 'both[by=1,text=b]', 'both[by=2,text=a]', 'both[by=2,text=b]'],
  )
  assert.equal(from(made, 'both[by=2,text=a]'), { model: ['left[by=2]'], other: ['right[by=2,text=a]'] })
  assert.equal(
    idsOf(made).filter(id => id.startsWith('more')),
    ['more[by=1,how=p]', 'more[by=1,how=q]', 'more[by=2,how=p]', 'more[by=2,how=q]'],
  )
})

test('axes with structured values have names; include and exclude shape the product', async () => {
  const made = await clean(`steps:
  base: {kind: make, size: 8}
  small:
    kind: change
    model: base
    matrix:
      how: {wide: {units: [1, 2]}, deep: {units: [3]}}
      by: [1, 2]
      exclude: [{how: wide, by: 2}]
      include: [{how: deep, by: 9}]
    how: \${{ matrix.how }}
    by: \${{ matrix.by }}
`)
  assert.equal(idsOf(made).slice(1), [
    'small[by=1,how=wide]',
    'small[by=1,how=deep]',
    'small[by=2,how=deep]',
    'small[by=9,how=deep]',
  ])
  assert.equal(instanceOf(made, 'small[by=9,how=deep]').config, { how: { units: [3] }, by: 9 })
})

test('instances share the seed of their step; an axis named seed replaces it, for followers too', async () => {
  const made = await clean(`seed: 5
steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2]}, by: "\${{ matrix.by }}"}
  runs: {kind: change, model: base, matrix: {seed: [5, 6]}}
  after: {kind: change, model: runs}
  alone: {kind: change, model: base}
`)
  const seed = (id: string): number => instanceOf(made, id).seed
  assert.is(seed('small[by=1]'), seed('small[by=2]'))
  assert.equal([seed('runs[seed=5]'), seed('runs[seed=6]')], [5, 6])
  assert.is.not(seed('after[seed=5]'), seed('after[seed=6]'))
  assert.is.not(seed('alone'), seed('after[seed=6]'))
})

test('names of instances are not in keys: the same work under other names has the same key', async () => {
  const keyOf = async (text: string, id: string): Promise<string> => {
    const { status } = instanceOf(await clean(text), id)
    if (status.type !== 'miss') throw new Error(status.type)
    return status.key
  }
  const one = await keyOf('steps:\n  base: {kind: make, size: 8, seed: 1}\n', 'base')
  const axis = await keyOf(
    'steps:\n  base: {kind: make, matrix: {size: [4, 8]}, size: "${{ matrix.size }}", seed: 1}\n',
    'base[size=8]',
  )
  const renamed = await keyOf(
    'steps:\n  base: {kind: make, matrix: {width: {eight: 8}}, size: "${{ matrix.width }}", seed: 1}\n',
    'base[width=eight]',
  )
  assert.equal([axis, renamed], [one, one])
})

test('a further value, or an axis below, leaves the keys of all others as they were', async () => {
  const own = await bench()
  const text = (values: string, more = ''): string => `steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [${values}]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}${more}
`
  for (const id of ['base', 'small[by=1]', 'half[by=1]']) await finish(own, await own.plan(text('1')), id)
  const more = await own.plan(text('1, 2', '\n  deep: {kind: change, model: half, matrix: {how: [a, b]}}'))
  assert.equal(
    more.instances.filter(({ status }) => status.type === 'hit').map(({ id }) => id),
    ['base', 'small[by=1]', 'half[by=1]'],
  )
})

test('--only takes some axes of a step, and what these need', async () => {
  const text = `steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [0.5, 2], text: [a, b]}, by: "\${{ matrix.by }}", text: "\${{ matrix.text }}"}
  half: {kind: halve, model: small}
  scores: {kind: measure, models: [half, base]}
`
  const made = async (...only: string[]): Promise<string[]> => idsOf(await clean(text, { only }))
  assert.equal(await made('small[by=0.50]'), ['base', 'small[by=0.5,text=a]', 'small[by=0.5,text=b]'])
  assert.equal(await made('half[text=b,by=2]'), ['base', 'small[by=2,text=b]', 'half[by=2,text=b]'])
  assert.equal(await made('scores[base]'), ['base', 'scores[base]'])
  const wrong = await plan(text, { only: ['small[by=3,text=a]', 'smal'] })
  assert.equal(
    wrong.problems.map(({ code, message, hint }) => [code, message, hint]),
    [
      [
        'unknown-instance',
        '--only names "small[by=3,text=a]", and "small" has no such instance',
        'Did you mean "small[by=2,text=a]"?',
      ],
      ['unknown-step', '--only names "smal", and there is no such step', 'Did you mean "small"?'],
    ],
  )
})

test('a member that is not there is told, wherever it is named', async () => {
  const text = `steps:
  base: {kind: make, size: 8}
  half: {kind: halve, model: base}
  scores: {kind: measure, models: [base]}
  one: {kind: gather, only: "scores[half]"}
  all: {kind: gather, metrics: ["scores[bas]"], needs: ["half[base]"]}
`
  const { problems } = await plan(text)
  assert.equal(told(problems, text), [
    'unknown-instance 6:29 "scores[half]"',
    'unknown-instance 7:33 "scores[bas]"',
    'unknown-instance 7:57 "half[base]"',
  ])
  assert.is(problems[1]!.hint, 'Did you mean "base"?')
})

test('--sweep makes variants of what depends on a param, and of nothing else', async () => {
  const text = `params: {by: 1, size: 8}
steps:
  base: {kind: make, size: "\${{ params.size }}"}
  small: {kind: change, model: base, by: "\${{ params.by }}"}
  scores: {kind: measure, models: [base, small]}
  all: {kind: gather, metrics: [scores]}
gates:
  ok: {check: "small.accuracy > params.by"}
`
  const made = await clean(text, { sweep: { by: ['1', '2.50'] } })
  assert.equal(idsOf(made), [
    'base',
    'small[by=1]',
    'small[by=2.5]',
    'scores[base]',
    'scores[small[by=1]]',
    'scores[small[by=2.5]]',
    'all[by=1]',
    'all[by=2.5]',
  ])
  assert.equal(instanceOf(made, 'small[by=2.5]').config['by'], 2.5)
  assert.equal(
    made.gates.map(({ name, given }) => [name, (given['params'] as { by: number }).by]),
    [
      ['ok[by=1]', 1],
      ['ok[by=2.5]', 2.5],
    ],
  )
  assert.equal(idsOf(await clean(text, { sweep: { by: ['2.5', '2.50', '1'] }, only: ['small[by=2.50]'] })), [
    'base',
    'small[by=2.5]',
  ])
})

test('an axis whose values read a swept param has other values in each variant', async () => {
  const made = await clean(
    `params: {by: 1}
steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {twice: ["\${{ params.by * 2 }}", 7]}, by: "\${{ matrix.twice + params.by }}"}
`,
    { sweep: { by: ['1', '2'] } },
  )
  assert.equal(
    made.instances.slice(1).map(({ id, config }) => [id, config['by']]),
    [
      ['small[by=1,twice=2]', 3],
      ['small[by=1,twice=7]', 8],
      ['small[by=2,twice=4]', 6],
      ['small[by=2,twice=7]', 9],
    ],
  )
})

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
  Object.entries(axes).reduce<Row[]>(
    (rows, [axis, count]) =>
      rows.flatMap(row => Array.from({ length: count }, (_, at) => ({ ...row, [axis]: at + 1 }))),
    [{}],
  )

const fits = (row: Row, wanted: Row): boolean =>
  Object.entries(wanted).every(([axis, value]) => row[axis] === value)

const flow = (value: unknown): string => JSON.stringify(value)

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

/** Steps that each take one or two earlier ones and may add an axis of their own. */
const graphs = fc.array(
  fc.record({
    model: fc.nat(20),
    other: fc.option(fc.nat(20), { nil: undefined }),
    own: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 5 },
)

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

test('gates: one verdict an instance, names are twins, and lists elsewhere', async () => {
  const steps = `steps:
  base: {kind: make, size: 8}
  small: {kind: change, model: base, matrix: {by: [1, 2], how: [p, q]}, by: "\${{ matrix.by }}"}
  half: {kind: halve, model: small}
  scores: {kind: measure, models: [base, small, half]}
`
  const gatesOf = async (gate: string): Promise<string[]> => {
    const text = `${steps}gates:\n  g: ${gate}\n`
    const made = await plan(text)
    return made.problems.length > 0 ? told(made.problems, text) : made.gates.map(({ name }) => name)
  }
  const four = ['g[by=1,how=p]', 'g[by=1,how=q]', 'g[by=2,how=p]', 'g[by=2,how=q]']
  assert.equal(await gatesOf('{each: half, check: half.accuracy > small.accuracy - matrix.by}'), four)
  assert.equal(await gatesOf('{each: half, check: scores.half.accuracy > scores.base.accuracy}'), four)
  assert.equal(await gatesOf('{each: "half[how=q]", check: half.accuracy > 0}'), [
    'g[by=1,how=q]',
    'g[by=2,how=q]',
  ])
  assert.equal(
    await gatesOf(
      '{each: half, nonInferior: {candidate: half, reference: base, metric: accuracy, margin: 0.01}}',
    ),
    four,
  )
  assert.equal(await gatesOf('{check: "half.all(i, i.accuracy > 0.5 || i.matrix.by > 1)"}'), ['g'])
  assert.equal(await gatesOf('{check: "scores.half.all(i, i.accuracy > i.matrix.by)"}'), ['g'])
  for (const [gate, ...problems] of [
    ['{check: half.accuracy > 0}', 'gate-list 8:14 half'],
    ['{check: scores.half.accuracy > 0}', 'gate-list 8:21 half'],
    ['{check: "base.all(i, i.accuracy > 0)"}', 'gate-list 8:15 base'],
    ['{check: "base.accuracy.all(i, i.accuracy > 0)"}', 'gate-list 8:20 accuracy'],
    ['{check: "half.all(i, i.acuracy > 0)"}', 'unknown-metric 8:29 acuracy'],
    ['{check: "scores.half.all(i, i.acuracy > 0)"}', 'unknown-metric 8:36 acuracy'],
    ['{check: "half.all(i, i.matrix.hwo == 1)"}', 'expression-name 8:36 hwo'],
    ['{each: half, check: matrix.hwo > 1}', 'expression-name 8:33 hwo'],
    ['{each: haf, check: base.bytes > 0}', 'unknown-step 8:13 haf'],
    ['{each: base, check: base.bytes > 0}', 'gate-each 8:13 base'],
    ['{each: half.model, check: base.bytes > 0}', 'gate-each 8:13 half.model'],
    ['{each: "half[by=3]", check: base.bytes > 0}', 'unknown-instance 8:13 "half[by=3]"'],
    ['{each: "half[bi=1]", check: base.bytes > 0}', 'unknown-axis 8:13 "half[bi=1]"'],
    [
      '{nonInferior: {candidate: "half[by=1]", reference: base, metric: accuracy, margin: 0}}',
      'gate-list 8:32 "half[by=1]"',
    ],
    [
      '{nonInferior: {candidate: "half[by=7,how=p]", reference: base, metric: accuracy, margin: 0}}',
      'unknown-instance 8:32 "half[by=7,how=p]"',
    ],
  ] as const)
    assert.equal(await gatesOf(gate), problems, gate)
})

test('a model that two instances of one evaluation measure needs the long form', async () => {
  const text = `steps:
  base: {kind: make, size: 8}
  scores: {kind: measure, models: [base], matrix: {top: [1, 5]}, top: "\${{ matrix.top }}"}
gates:
  short: {check: base.accuracy > 0}
  long: {each: scores, check: scores.base.accuracy > 0}
`
  assert.equal(told((await plan(text)).problems, text), ['gate-ambiguous 6:18 base'])
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
