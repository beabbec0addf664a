import type { Plan } from '../../src/plan/plan.js'
import { assert, suite } from '../suite.js'
import { bench, told } from './rig.js'

const test = suite('plan choice')

const { plan } = await bench({ 'data.txt': 'x' })

/** What is told of a recipe: codes, places and the text under the caret. */
const tells = async (text: string): Promise<string[]> => told((await plan(text)).problems, text)

const steps = (more: string): string => `steps:
  data: {kind: source, file: data.txt}
  base: {kind: make, size: 8}
  small: {kind: make, size: 5}
  scores: {kind: measure, models: [base, small], data: data}
${more}`

const after = (made: Plan, id: string): readonly string[] =>
  made.instances.find(each => each.id === id)!.after

test('what a condition reads comes before it, and is no part of its key', async () => {
  const text = (when: string): string =>
    steps(`  half: {kind: halve, model: base, when: ${when}}
  told: {kind: measure, models: [half]}
`)
  const made = await plan(text('small.validation.accuracy > 0.5 && base.bytes > 3'))
  assert.equal(after(made, 'half'), ['scores[small]', 'base'])
  const ids = made.instances.map(({ id }) => id)
  assert.ok(ids.indexOf('half') > ids.indexOf('scores[small]'))
  const other = await plan(text('small.validation.accuracy > 0.9'))
  const identity = (each: Plan): unknown => each.instances.find(({ id }) => id === 'half')!.identity
  assert.equal(identity(made), identity(other))
})

test('names of conditions are checked where they stand', async () => {
  for (const [step, ...problems] of [
    ['half: {kind: halve, model: base, when: smal.accuracy > 1}', 'unknown-step 7:42 smal'],
    ['half: {kind: halve, model: base, when: small.acuracy > 1}', 'unknown-metric 7:48 acuracy'],
    ['half: {kind: halve, model: base, when: base > 1}', 'gate-metric-missing 7:42 base'],
    ['best: {kind: select, from: [base, small], where: it.acuracy > 1}', 'unknown-metric 7:55 acuracy'],
    ['best: {kind: select, from: [base, small], minimize: it}', 'gate-metric-missing 7:55 it'],
    [
      'best: {kind: select, from: [base], minimize: it.bytes, maximize: it.bytes}',
      'select-both 7:68 it.bytes',
    ],
    ['best: {kind: select, from: [base], where: it.matrix.by > 1}', 'expression-name 7:55 by'],
  ] as const)
    assert.equal(
      (await tells(steps(`  ${step}\n`))).filter(each => !each.startsWith('selects-on-test')),
      problems,
      step,
    )
  const unmeasured = await plan(
    steps(
      '  best: {kind: select, from: [base, half], maximize: it.accuracy}\n  half: {kind: halve, model: base}\n',
    ),
  )
  assert.is(
    unmeasured.problems.find(({ code }) => code === 'gate-unmeasured')?.message,
    'no step measures the accuracy of "half"',
  )
})

test('a name of several instances is no single value in a condition, and gates alone take each', async () => {
  const text = steps(`  wide: {kind: change, model: base, matrix: {by: [1, 2]}}
  told: {kind: measure, models: [wide]}
  half: {kind: halve, model: base, when: wide.accuracy > 1}
`)
  const { problems } = await plan(text)
  const found = problems.find(({ code }) => code === 'gate-list')
  assert.is(found?.message, '"wide" has 2 instances here, so "wide.accuracy" is no single value')
  assert.is(found?.hint, 'Ask all of them: wide.all(i, i.accuracy > 0.9), mean(wide.map(i, i.accuracy)).')
  const twin = steps(`  wide: {kind: change, model: base, matrix: {by: [1, 2]}}
  told: {kind: measure, models: [wide]}
  half: {kind: halve, model: wide, when: wide.accuracy > matrix.by}
`)
  const made = await plan(twin)
  assert.equal(made.problems, [])
  assert.equal(after(made, 'half[by=2]'), ['told[wide[by=2]]'])
})

test('what waits for itself through a condition is a circle, told once with its trail', async () => {
  for (const [more, ...messages] of [
    [
      '  half: {kind: halve, model: base, when: half.bytes > 3}\n',
      'step "half" can never start: its when reads what it makes itself',
    ],
    [
      '  half: {kind: halve, model: base, when: half.accuracy > 0.3}\n  told: {kind: measure, models: [half]}\n',
      'step "half" can never start: its when reads what waits for it, along half → told[half] → half',
    ],
    [
      '  wide: {kind: change, model: base, matrix: {by: [1, 2]}, when: last.accuracy > 0}\n  last: {kind: halve, model: "wide[by=1]"}\n  told: {kind: measure, models: [last]}\n',
      'step "wide[by=1]" can never start: its when reads what waits for it, along wide[by=1] → told[last] → last → wide[by=1]',
    ],
    [
      '  best: {kind: select, from: [base, small], where: more.accuracy > 1}\n  more: {kind: change, model: best}\n  told: {kind: measure, models: [more]}\n',
      'step "best" can never start: its where reads what waits for it, along best → told[more] → more → best',
    ],
  ] as const) {
    const { problems } = await plan(steps(more))
    assert.equal(
      problems.filter(({ code }) => code === 'graph-cycle').map(({ message }) => message),
      messages,
    )
  }
})

test('choosing by test, or without a validation split, is a warning', async () => {
  const warned = async (more: string): Promise<string[]> => {
    const { problems } = await plan(steps(more))
    return problems.map(({ code, severity, message }) => `${code} ${severity} ${message}`)
  }
  const blind =
    'selects-on-test warning there is no validation split, so this chooses by the test split, which gates judge by'
  const tested = 'selects-on-test warning this chooses by the test split, which gates judge by'
  for (const more of [
    'best: {kind: select, from: [base, small], maximize: it.accuracy}',
    'best: {kind: select, from: [base, small], where: it.accuracy > 0.5}',
    'half: {kind: halve, model: base, when: small.accuracy > 0.5}',
  ])
    assert.equal(await warned(`  ${more}\n`), [blind], more)
  assert.equal(await warned('  best: {kind: select, from: [base, small], maximize: it.test.accuracy}\n'), [
    tested,
  ])
  assert.equal(
    await warned(`  wide: {kind: change, model: base, matrix: {by: [1, 2]}}
  told: {kind: measure, models: [wide]}
  half: {kind: halve, model: base, when: "wide.all(i, i.test.accuracy > 0)"}
`),
    [tested],
  )
  assert.equal(await warned('  best: {kind: select, from: [base, small], minimize: it.bytes}\n'), [])
})

test('what follows a choice is checked against every candidate, and is told once, with those that it is of', async () => {
  const told = async (more: string): Promise<string[]> =>
    (await plan(steps(more))).problems.map(({ message }) => message)
  assert.equal(
    await told('  best: {kind: select, from: [base, small]}\n  half: {kind: halve, model: best}\n'),
    ['5 weights have no half (where "best" is "small")'],
  )
  // It holds of all: nothing to say of candidates.
  assert.equal(await told('  best: {kind: select, from: [small]}\n  half: {kind: halve, model: best}\n'), [
    '5 weights have no half',
  ])
  assert.equal(
    await told(`  even: {kind: make, size: 6}
  first: {kind: select, from: [base, even]}
  best: {kind: select, from: [base, first], otherwise: small}
  kept: {kind: change, model: best, matrix: {by: [1, 2]}}
  half: {kind: halve, model: kept}
`),
    ['5 weights have no half (where "best" is "small")'],
  )
  assert.equal(
    await told(`  odd: {kind: make, matrix: {size: [7, 7.0e0, 9, 10]}, size: "\${{ matrix.size }}"}
`),
    ['odd.matrix.size has the value 7 twice'],
  )
  assert.equal(
    await told(`  odd: {kind: make, matrix: {size: [7, 9, 10]}, size: "\${{ matrix.size }}"}
  best: {kind: select, from: [odd]}
  half: {kind: halve, model: best}
`),
    [
      '7 weights have no half (where "best" is "odd[size=7]")',
      '9 weights have no half (where "best" is "odd[size=9]")',
    ],
  )
})

test('figures of a choice are from the least to the greatest of its candidates', async () => {
  const made = await plan(steps('  best: {kind: select, from: [base, small]}\n'))
  const description = made.instances.find(({ id }) => id === 'best')!.outputs['model']
  assert.equal(description?.type === 'model' && description.parameters, { low: 5, high: 8 })
})

test('forty choices among each other are planned at once', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, at) =>
      `  a${at + 1}: {kind: select, from: [a${at}, b${at}], maximize: it.accuracy}\n  b${at + 1}: {kind: select, from: [b${at}, a${at}], where: it.accuracy > 0.5}`,
  )
  const started = performance.now()
  const made = await plan(`steps:
  a0: {kind: make, size: 8}
  b0: {kind: make, size: 6}
  scores: {kind: measure, models: [a0, b0]}
${lines.join('\n')}
gates:
  g: {check: a40.accuracy > 0.5 && b40.bytes > 3}
`)
  assert.equal(made.problems, [])
  assert.ok(performance.now() - started < 5000)
})
