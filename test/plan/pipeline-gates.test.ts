import { assert, suite } from '../suite.js'
import { base, clean, from, idsOf, plan } from './pipeline-rig.js'
import { instanceOf, told } from './rig.js'

const test = suite('plan gates and choices of pipelines')

test('gates inside are judged with their own params, once for each combination', async () => {
  const made =
    await clean(`${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, matrix: {least: [0.1, 0.2]}, params: {least: "\${{ matrix.least }}"}}
  other: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}}
`)
  assert.equal(
    made.gates.map(({ name, given }) => [name, (given['params'] as { least: number }).least]),
    [
      ['small/kept[least=0.1]', 0.1],
      ['small/kept[least=0.2]', 0.2],
      ['other/kept', 0.5],
    ],
  )
  const [first, second, third] = made.gates
  const bound = (gate: typeof first, name: string): readonly string[] =>
    gate!.bind(name)!.instances.map(({ id }) => id)
  assert.equal(bound(first, 'tuned'), ['small/tuned[least=0.1]'])
  assert.equal(bound(second, 'tuned'), ['small/tuned[least=0.2]'])
  assert.equal(bound(second, 'model'), ['base'])
  assert.equal(bound(third, 'tuned'), ['other/tuned'])
})

test('gates outside read outputs: the first by the name alone, lists over a matrix, and `each`', async () => {
  const text = `${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, matrix: {by: [1, 2]}, params: {by: "\${{ matrix.by }}"}}
  scores: {kind: measure, models: [base, small]}
  one: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}}
gates:
  all: {check: "small.all(s, s.accuracy > 0.5 && s.bytes < base.bytes)"}
  every: {each: small, check: small.accuracy > 0.5}
  named: {check: one.accuracy > 0.5 && one.cut.bytes < base.bytes && one.tuned.accuracy > 0.5}
  choice: {check: one.bytes > 0, when: one.accuracy > 0.1}
`
  const made = await clean(text)
  assert.equal(
    made.gates.map(({ name }) => name).filter(name => !name.includes('/')),
    ['all', 'every[by=1]', 'every[by=2]', 'named', 'choice'],
  )
  const gate = (name: string) => made.gates.find(each => each.name === name)!
  const bound = (name: string, word: string): readonly string[] =>
    gate(name)
      .bind(word)!
      .instances.map(({ id }) => id)
  assert.ok(gate('all').bind('small')!.list)
  assert.equal(bound('all', 'small'), ['small/tuned[by=1]', 'small/tuned[by=2]'])
  assert.equal(bound('every[by=2]', 'small'), ['small/tuned[by=2]'])
  assert.not(gate('every[by=2]').bind('small')!.list)
  assert.equal(bound('named', 'one'), ['one/tuned'])
  const wrong = await plan(text.replace('one.cut.bytes', 'one.cutt.bytes'))
  assert.equal(wrong.problems.length, 1)
})

test('gates inside are judged for each combination that comes in through the inputs, nested ones too', async () => {
  const made =
    await clean(`${base}  sized: {kind: change, model: base, matrix: {x: [a, b]}, text: "\${{ matrix.x }}"}
  deep: {kind: pipeline, uses: parts/twice.yml, inputs: {model: sized}}
`)
  assert.equal(
    made.gates.map(gate => [
      gate.name,
      gate.bind('model')!.instances.map(({ id }) => id),
      gate.bind('tuned')!.instances.map(({ id }) => id),
    ]),
    ['a', 'b']
      .flatMap(x => [[`deep/once/kept[x=${x}]`, [`sized[x=${x}]`], [`deep/once/tuned[x=${x}]`]]])
      .concat(
        ['a', 'b'].map(x => [
          `deep/again/kept[x=${x}]`,
          [`deep/once/cut[x=${x}]`],
          [`deep/again/tuned[x=${x}]`],
        ]),
      ),
  )
})

test('select takes what pipelines hand out, with all of a matrix', async () => {
  const made =
    await clean(`${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, matrix: {by: [1, 2]}, params: {by: "\${{ matrix.by }}"}}
  other: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: 9}}
  best: {kind: select, from: [small, other], where: it.accuracy > 0.5, minimize: it.bytes}
  after: {kind: change, model: best}
`)
  assert.equal(from(made, 'best')['from'], ['small/tuned[by=1]', 'small/tuned[by=2]', 'other/tuned'])
  assert.equal(from(made, 'after'), { model: ['best'] })
})

test('when: holds for every step inside, read where the pipeline stands', async () => {
  const made = await clean(`params: {go: true}
${base}  scores: {kind: measure, models: [base]}
  off: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, when: "!params.go"}
  on: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: 2}, when: params.go && base.accuracy > 0.5}
`)
  const status = (id: string): string => instanceOf(made, id).status.type
  assert.equal(['off/cut', 'off/tuned', 'off/scores[base]'].map(status), ['skipped', 'skipped', 'skipped'])
  for (const id of ['on/cut', 'on/tuned', 'on/scores[base]']) assert.is.not(status(id), 'skipped', id)
})

test('--sweep goes through params of pipelines', async () => {
  const text = `params: {by: 1}
${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: "\${{ params.by + 1 }}"}}
`
  const made = await clean(text, { sweep: { by: ['1', '5'] } })
  assert.equal(
    made.instances.filter(({ step }) => step === 'small/tuned').map(({ id, config }) => [id, config['by']]),
    [
      ['small/tuned[by=1]', 2],
      ['small/tuned[by=5]', 6],
    ],
  )
})

test('--only takes a whole pipeline, or one step of it, with what these need', async () => {
  const text = `${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}}
  other: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: 2}}
`
  assert.equal(idsOf(await clean(text, { only: ['small'] })), [
    'base',
    'small/cut',
    'small/tuned',
    'small/scores[base]',
    'small/scores[small/tuned]',
  ])
  assert.equal(idsOf(await clean(text, { only: ['small/cut'] })), ['base', 'small/cut'])
  const many = text.replace('inputs', 'matrix: {by: [1, 2]}, inputs')
  assert.equal(idsOf(await clean(many, { only: ['small[by=2]'] })), [
    'base',
    'small/cut[by=2]',
    'small/tuned[by=2]',
    'small/scores[base,by=2]',
    'small/scores[small/tuned,by=2]',
  ])
  const wrong = await plan(text, { only: ['smal'] })
  assert.equal(
    wrong.problems.map(({ code, hint }) => [code, hint]),
    [['unknown-step', 'Did you mean "small"?']],
  )
})

test('what cannot be made inside is told in the file that it stands in, with its own line', async () => {
  const text = `steps:
  base: {kind: make, size: 7}
  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}}
`
  const { problems, recipe } = await plan(text)
  assert.equal(
    problems.map(({ code, at }) => [code, at?.file.replace(/^.*\/parts/, 'parts'), at?.line]),
    [['odd', 'parts/small.yml', 6]],
  )
  assert.match(recipe.frame(problems[0]!.at!), /cut: \{kind: halve/)
})

test('two pipelines that wait for each other are one circle, and a faulty input poisons what hangs on it alone', async () => {
  const text = `${base}  one: {kind: pipeline, uses: parts/small.yml, inputs: {model: two}}
  two: {kind: pipeline, uses: parts/small.yml, inputs: {model: one}}
  fine: {kind: change, model: base}
`
  const circle = await plan(text)
  assert.equal(told(circle.problems, text).length, 1)
  assert.match(told(circle.problems, text)[0]!, /^graph-cycle/)
  assert.ok(idsOf(circle).includes('fine'))
})
