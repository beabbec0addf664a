import { assert, suite } from '../suite.js'
import { clean, idsOf, plan } from './matrix-rig.js'
import { instanceOf, told } from './rig.js'

const test = suite('plan matrix, where it is named')

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
