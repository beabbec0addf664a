import { deriveSeed } from '../../src/core/random.js'
import { assert, suite } from '../suite.js'
import { base, clean, files, from, idsOf } from './pipeline-rig.js'
import { bench, finish, instanceOf } from './rig.js'

const test = suite('plan pipelines')

const inside = `trimtab: 1
inputs: {model: model}
params: {by: 1}
steps:
  tuned: {kind: change, model: model, matrix: {times: ["\${{ params.by }}", "\${{ params.by * 2 }}"]}, by: "\${{ matrix.times }}"}
outputs: {model: tuned}
`

test('its steps stand in its place; its name is its first output, and every output can be named', async () => {
  const made =
    await clean(`${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: 4}}
  after: {kind: change, model: small, other: small.cut}
`)
  assert.equal(idsOf(made), [
    'base',
    'small/cut',
    'small/tuned',
    'small/scores[base]',
    'small/scores[small/tuned]',
    'after',
  ])
  assert.equal(from(made, 'after'), { model: ['small/tuned'], other: ['small/cut'] })
  assert.equal(from(made, 'small/cut'), { model: ['base'] })
  assert.is(instanceOf(made, 'small/tuned').config['by'], 4)
})

test('an optional input stays in the port where it is given, and drops out of it where it is not', async () => {
  const text = (inputs: string): string => `steps:
  data: {kind: source, file: data.txt}
  base: {kind: make, size: 8}
  small: {kind: pipeline, uses: parts/small.yml, inputs: {${inputs}}}
`
  const given = await clean(text('model: base, data: data'))
  assert.equal(from(given, 'small/scores[base]'), { models: ['base'], data: ['data'] })
  assert.equal(from(await clean(text('model: base')), 'small/scores[base]'), { models: ['base'] })
})

test('seeds derive from the outer recipe and the full id, or from the seed of the pipeline', async () => {
  const text = (seed: string): string => `seed: 5
${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}${seed}}
`
  const seed = async (more: string): Promise<number> =>
    instanceOf(await clean(text(more)), 'small/tuned').seed
  assert.is(await seed(''), deriveSeed(5, 'small/tuned'))
  assert.is(await seed(', seed: 7'), deriveSeed(7, 'small/tuned'))
})

test('a further pipeline changes no key of the others; the same work in two has one key', async () => {
  const own = await bench(files)
  const text = (
    more: string,
  ): string => `${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}}
${more}`
  const one = await own.plan(text(''))
  await finish(own, one, 'base')
  for (const id of ['small/cut', 'small/tuned', 'small/scores[base]', 'small/scores[small/tuned]'])
    await finish(own, await own.plan(text('')), id)
  const two = await own.plan(
    text('  other: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: 2}}\n'),
  )
  assert.equal(two.problems, [])
  assert.equal(
    two.instances.map(({ id, status }) => `${id} ${status.type}`),
    [
      'base hit',
      'small/cut hit',
      'small/tuned hit',
      'small/scores[base] hit',
      'small/scores[small/tuned] hit',
      // Neither draws: what they make from the base is the same.
      'other/cut hit',
      'other/tuned miss',
      'other/scores[base] hit',
      'other/scores[other/tuned] pending',
    ],
  )
})

test('a matrix makes each step inside one instance a combination; params read its axes', async () => {
  const made = await clean(`${base}  small:
    kind: pipeline
    uses: parts/small.yml
    inputs: {model: base}
    matrix: {by: [1, 2]}
    params: {by: "\${{ matrix.by * 10 }}"}
  all: {kind: gather, models: [small, base]}
  after: {kind: change, model: small}
`)
  assert.equal(
    ['small/tuned[by=1]', 'small/tuned[by=2]'].map(id => instanceOf(made, id).config['by']),
    [10, 20],
  )
  assert.equal(from(made, 'all')['models'], ['small/tuned[by=1]', 'small/tuned[by=2]', 'base'])
  assert.equal(from(made, 'after[by=2]'), { model: ['small/tuned[by=2]'] })
  assert.equal(
    idsOf(made).filter(id => id.startsWith('small/scores')),
    [
      'small/scores[base,by=1]',
      'small/scores[small/tuned,by=1]',
      'small/scores[base,by=2]',
      'small/scores[small/tuned,by=2]',
    ],
  )
})

test('a matrix comes in through the inputs, and joins with one of its own', async () => {
  const made =
    await clean(`${base}  sized: {kind: change, model: base, matrix: {x: [a, b]}, text: "\${{ matrix.x }}"}
  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: sized}, matrix: {by: [1, 2]}, params: {by: "\${{ matrix.by }}"}}
`)
  assert.equal(
    idsOf(made).filter(id => id.startsWith('small/tuned')),
    [
      'small/tuned[by=1,x=a]',
      'small/tuned[by=2,x=a]',
      'small/tuned[by=1,x=b]',
      'small/tuned[by=2,x=b]',
    ].toSorted(),
  )
  assert.equal(from(made, 'small/cut[by=2,x=b]'), { model: ['sized[x=b]'] })
  assert.is(instanceOf(made, 'small/tuned[by=2,x=b]').config['by'], 2)
})

test('params read axes that come in through inputs, through other steps, pipelines and pins', async () => {
  const made =
    await clean(`${base.replace('size: 8', 'size: 64')}  sized: {kind: change, model: base, matrix: {x: [2, 3], y: [a, b]}, by: "\${{ matrix.x }}"}
  half: {kind: halve, model: "sized[y=b]"}
  small: {kind: pipeline, uses: parts/twice.yml, inputs: {model: half}, params: {by: "\${{ matrix.x * 10 }}"}}
  more: {kind: pipeline, uses: parts/small.yml, matrix: {z: [100, 200]}, inputs: {model: small}, params: {by: "\${{ matrix.x + matrix.z }}"}}
  early: {kind: pipeline, uses: parts/small.yml, inputs: {model: late}, params: {by: "\${{ matrix.x }}"}}
  late: {kind: change, model: half}
`)
  const by = (id: string): unknown => instanceOf(made, id).config['by']
  assert.equal(['small/once/tuned[x=2]', 'small/again/tuned[x=3]'].map(by), [20, 31])
  assert.equal(
    ['more/tuned[x=2,z=100]', 'more/tuned[x=3,z=200]', 'early/tuned[x=2]', 'early/tuned[x=3]'].map(by),
    [102, 203, 2, 3],
  )
  assert.equal(from(made, 'more/cut[x=3,z=200]'), { model: ['small/again/tuned[x=3]'] })
  // A param of the pipeline that differs from row to row makes other values of an axis inside.
  const text = `${base}  sized: {kind: change, model: base, matrix: {x: [2, 3]}}
  wide: {kind: pipeline, uses: parts/wide.yml, inputs: {model: sized}, params: {by: "\${{ matrix.x }}"}}
`
  const wide = await (await bench({ ...files, 'parts/wide.yml': inside })).plan(text)
  assert.equal(wide.problems, [])
  assert.equal(
    wide.instances.filter(({ step }) => step === 'wide/tuned').map(({ id, config }) => [id, config['by']]),
    [
      ['wide/tuned[times=2,x=2]', 2],
      ['wide/tuned[times=4,x=2]', 4],
      ['wide/tuned[times=3,x=3]', 3],
      ['wide/tuned[times=6,x=3]', 6],
    ],
  )
})

test('under --sweep too, where values of an axis depend on what is swept', async () => {
  const made = await clean(
    `params: {p: 1}
${base}  sized: {kind: change, model: base, matrix: {x: ["\${{ params.p }}", 7]}}
  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: sized}, params: {by: "\${{ matrix.x * 10 + params.p }}"}}
`,
    { sweep: { p: ['1', '2'] } },
  )
  assert.equal(
    made.instances.filter(({ step }) => step === 'small/tuned').map(({ id, config }) => [id, config['by']]),
    [
      ['small/tuned[p=1,x=1]', 11],
      ['small/tuned[p=1,x=7]', 71],
      ['small/tuned[p=2,x=2]', 22],
      ['small/tuned[p=2,x=7]', 72],
    ],
  )
})

test('a pinned instance of a pipeline is a port, and so is one of another output', async () => {
  const made =
    await clean(`${base}  small: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, matrix: {by: [1, 2]}, params: {by: "\${{ matrix.by }}"}}
  one: {kind: change, model: "small[by=2]", other: "small[by=1].cut"}
`)
  assert.equal(from(made, 'one'), { model: ['small/tuned[by=2]'], other: ['small/cut[by=1]'] })
})

test('pipelines inside pipelines: paths from their own files, params handed through, outputs of outputs', async () => {
  const made =
    await clean(`${base}  deep: {kind: pipeline, uses: parts/twice.yml, inputs: {model: base}, params: {by: 5}}
  after: {kind: change, model: deep, other: deep.first}
`)
  assert.equal(
    ['deep/once/tuned', 'deep/again/tuned'].map(id => instanceOf(made, id).config['by']),
    [5, 6],
  )
  assert.equal(from(made, 'deep/again/cut'), { model: ['deep/once/cut'] })
  assert.equal(from(made, 'after'), { model: ['deep/again/tuned'], other: ['deep/once/tuned'] })
  assert.equal(
    made.gates.map(({ name }) => name),
    ['deep/once/kept', 'deep/again/kept'],
  )
})

test('needs: all of a pipeline comes first, and all of it waits', async () => {
  const made = await clean(`${base}  first: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}}
  then: {kind: pipeline, uses: parts/small.yml, inputs: {model: base}, params: {by: 2}, needs: [first]}
  last: {kind: change, model: base, needs: [then]}
`)
  const all = ['first/cut', 'first/tuned', 'first/scores[base]', 'first/scores[first/tuned]']
  for (const id of ['then/cut', 'then/tuned', 'then/scores[base]'])
    assert.equal(instanceOf(made, id).needs.toSorted(), all.toSorted(), id)
  assert.equal(
    instanceOf(made, 'last').needs.toSorted(),
    all.map(id => id.replaceAll('first', 'then')).toSorted(),
  )
})

test('engine: that of the pipeline, else of the recipe around it', async () => {
  const made = await clean(`engine: cpu
${base}  small: {kind: pipeline, uses: parts/twice.yml, inputs: {model: base}, engine: wasm}
  other: {kind: pipeline, uses: parts/twice.yml, inputs: {model: base}}
`)
  const engine = (id: string): string => made.recipe.steps.find(step => step.id === id)!.engine
  assert.equal(['base', 'small/once/cut', 'small/again/tuned', 'other/once/cut'].map(engine), [
    'cpu',
    'wasm',
    'wasm',
    'cpu',
  ])
})
