import { digestOf } from '../../src/core/hash.js'
import type { Recipe } from '../../src/language/recipe.js'
import { assert, suite } from '../suite.js'
import { base, clean, codes, read, stepOf, type More } from './rig.js'

const test = suite('reading a recipe')

test('defaults are filled in, also inside of unions and tables of forms', async () => {
  const recipe = await clean(`${base}  small:
    kind: distill
    teachers: [base]
    data: digits
    model: {layers: [flatten]}
    epochs: 2
    optimizer: {adam: {learningRate: {polynomial: {from: 1, to: 0, end: 2 epochs}}}}
`)
  assert.equal(stepOf(recipe, 'base').config, {
    model: { layers: ['flatten'] },
    epochs: 3,
    batchSize: 32,
    optimizer: 'adam',
  })
  assert.equal(stepOf(recipe, 'small').config['optimizer'], {
    adam: { learningRate: { polynomial: { from: 1, to: 0, end: '2 epochs', power: 3 } }, beta1: 0.9 },
  })
  assert.is(stepOf(recipe, 'small').config['temperature'], 4)
  assert.equal(
    stepOf(recipe, 'small').ports['teachers']?.map(({ step }) => step),
    ['base'],
  )
})

test('a port that takes either: a name is a reference, a map is config', async () => {
  const recipe = await clean(`${base}  again: {kind: train, data: digits, model: base.model, epochs: 1}\n`)
  assert.is(stepOf(recipe, 'again').config['model'], undefined)
  const [reference] = stepOf(recipe, 'again').ports['model']!
  assert.is(reference?.step, 'base')
  assert.is(reference?.output, 'model')
  assert.is(stepOf(recipe, 'base').ports['model'], undefined)
})

test('a whole scalar keeps its type, inside text it is text, an escape stays', async () => {
  const recipe = await clean(`${base}  pruned:
    kind: prune
    model: base
    sparsity: \${{ params.half / 2 }}
    rules:
      - {layers: "\${{ params.name }}_\${{ params.epochs + 1 }}-\${{ params.fast }}", sparsity: 0}
      - {layers: "$\${{ params.name }}", sparsity: 0}
      - {layers: "  \${{ '}}' + params.name }}  ", sparsity: 0}
`)
  const { config } = stepOf(recipe, 'pruned')
  assert.is(config['sparsity'], 0.25)
  assert.equal(config['rules'], [
    { layers: 'tiny_4-true', sparsity: 0 },
    { layers: `\${{ params.name }}`, sparsity: 0 },
    { layers: '}}tiny', sparsity: 0 },
  ])
})

test('params: default, over it the environment, over it the command line', async () => {
  const epochs = async (more: More) => stepOf(await clean(base, more), 'base').config['epochs']
  assert.is(await epochs({}), 3)
  assert.is(await epochs({ env: { TRIMTAB_PARAM_EPOCHS: '4' } }), 4)
  assert.is(await epochs({ env: { TRIMTAB_PARAM_EPOCHS: '4' }, set: { epochs: '5' } }), 5)
  const recipe = await clean(base, { set: { fast: 'false', half: '1e-1' } })
  assert.equal(recipe.params, { epochs: 3, half: 0.1, fast: false, name: 'tiny' })
  assert.equal(recipe.set, { fast: false, half: 0.1 })
  assert.equal(await codes(base, { env: { TRIMTAB_PARAM_EPOCHS: 'x' } }), ['- wrong-param'])
  assert.equal(await codes(base, { set: { __proto__x: '1' } }), ['- unknown-param'])
})

test('aliases are read where they are used, and their faults told once', async () => {
  const recipe = await clean(`trimtab: 1
x-model: &small {layers: [flatten]}
steps:
  digits: {kind: dataset, source: {digits: {examples: &n 100}}}
  base: {kind: train, data: digits, model: *small, epochs: 1}
  more: {kind: train, data: digits, model: *small, epochs: *n}
`)
  assert.equal(stepOf(recipe, 'more').config['model'], { layers: ['flatten'] })
  assert.is(stepOf(recipe, 'more').config['epochs'], 100)
})

test('meta keys', async () => {
  const recipe = await clean(`${base}  tuned:
    kind: prune
    model: base
    sparsity: 0.5
    needs: [digits]
    seed: 3
    engine: wasm
    timeout: 1.5h
    retries: \${{ params.epochs - 1 }}
    resources: {threads: 2, memory: 1.5 GiB}
    description: What it is for.
`)
  const { engine, seed, timeout, retries, resources, needs, description } = stepOf(recipe, 'tuned')
  assert.equal(
    [engine, seed, timeout, retries, resources, description],
    ['wasm', 3, 5_400_000, 2, { threads: 2, memory: 1_610_612_736 }, 'What it is for.'],
  )
  assert.equal(
    needs.map(({ step }) => step),
    ['digits'],
  )
  assert.is(stepOf(recipe, 'base').engine, 'auto')
  assert.is(recipe.seed, 7)
})

test('gates, and the places of names inside their expressions', async () => {
  const text = `${base}gates:
  kept: {check: 'base.accuracy >= 0.9', severity: warn}
  held: {nonInferior: {candidate: base, reference: base, margin: 0.01}}
  fast: {faster: {candidate: base, reference: base, by: 1.5}, when: base.bytes > 0}
`
  const recipe = await clean(text)
  const [kept, held, fast] = recipe.gates
  assert.ok(kept?.form === 'check')
  if (kept?.form === 'check') {
    const [name] = kept.check.names
    const at = kept.locate(['check'], name)
    assert.equal([at.line, at.column, at.endColumn], [8, 18, 31])
    assert.is(kept.severity, 'warn')
  }
  assert.ok(held?.form === 'nonInferior' && held.alpha === 0.05 && held.metric === 'accuracy')
  assert.ok(fast?.form === 'faster' && fast.confidence === 0.95 && fast.when?.text === 'base.bytes > 0')
})

test('what is not written is located at its nearest written ancestor', async () => {
  const text = `${base}  tuned:
    kind: train
    data: digits
    model:
      layers:
        - flatten
        - dense: {units: 10}
    epochs: 2
`
  const step = stepOf(await clean(text), 'tuned')
  const place = (...path: (string | number)[]) => {
    const { line, column } = step.locate(path)
    return [line, column]
  }
  assert.equal(place('model', 'layers', 1, 'dense', 'units'), [13, 26])
  assert.equal(place('model', 'layers', 1, 'dense', 'activation'), [13, 18])
  assert.equal(place('model', 'layers', 0), [12, 11])
  assert.equal(place('model', 'layers'), [11, 7])
  assert.equal(place('batchSize'), [7, 3])
  assert.equal(place(), [7, 3])
})

test('key order never matters', async () => {
  const lines = base.trimEnd().split('\n')
  const shuffled = [
    'steps:',
    '  base: {epochs: "${{ params.epochs }}", model: {layers: [flatten]}, data: digits, kind: train}',
    '  digits: {source: {digits: {examples: 100}}, kind: dataset}',
    lines[2]!,
    lines[1]!,
    lines[0]!,
  ].join('\n')
  const [a, b] = [await clean(base), await clean(shuffled)]
  const view = (recipe: Recipe) => ({
    seed: recipe.seed,
    params: recipe.params,
    steps: recipe.steps
      .map(({ id, kind, config, ports }) => ({ id, kind, config, ports: Object.keys(ports) }))
      .sort((x, y) => (x.id < y.id ? -1 : 1)),
  })
  assert.equal(view(a), view(b))
  assert.not.equal(a.digest, b.digest)
  assert.is(a.digest, digestOf(base))
})

test('a poisoned step stays, and says what it can', async () => {
  const { recipe } = await read(
    `${base}  odd: {kind: prune, model: base, sparsity: 7}\n  next: {kind: quantize, model: odd}\n`,
  )
  assert.is(stepOf(recipe!, 'odd').poisoned, true)
  assert.equal(stepOf(recipe!, 'odd').config, {})
  assert.is(stepOf(recipe!, 'next').poisoned, false)
})

test('a thousand steps are read in well under 0.3 s', async () => {
  const steps = Array.from(
    { length: 1000 },
    (_, i) => `  s${i}: {kind: prune, model: ${i === 0 ? 'base' : `s${i - 1}`}, sparsity: 0.5}\n`,
  )
  const text = base + steps.join('')
  await read(text)
  const started = performance.now()
  const recipe = await clean(text)
  const took = performance.now() - started
  assert.is(recipe.steps.length, 1002)
  // Four times the promise: other work may have the cores.
  assert.ok(took < 1200, `${took} ms`)
})
