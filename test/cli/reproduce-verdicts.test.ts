import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../suite.js'
import {
  comparedOf,
  install,
  projectOf,
  recordOf,
  reproduced,
  run,
  shaken,
  shakenSteps,
  small,
} from './reproduce-rig.js'

const test = suite('verdicts of reproduce')

test('nondeterministic: the first step that differs is named, with the tensor and by how much', async () => {
  const folder = projectOf({
    'recipe.yml': small(shakenSteps, 'plugins: [./shake.js]'),
    'shake.js': shaken('Math.random() * 0.01'),
  })
  install(folder)
  await run(folder)
  const { found, text, code } = await reproduced(folder)
  assert.is(code, 1, text)
  assert.is(found.verdict, 'nondeterministic', text)
  assert.is(found.first, 'shaken')
  const became = comparedOf(found)
  assert.equal(
    [became['base'], became['int8'], became['shaken'], became['after']],
    ['equal', 'equal', 'differs', 'differs'],
  )
  const first = found.steps.find(({ instance }) => instance === 'shaken')!
  assert.ok(first.type === 'differs')
  assert.equal(first.follows, [])
  const [model] = first.outputs
  assert.is(model!.of, 2)
  const [tensor, ...others] = model!.arrays!
  assert.equal(others, [])
  assert.is(tensor!.name, 'dense_1/bias')
  assert.equal([tensor!.shape, tensor!.count, tensor!.differing], [[10], 10, 10])
  assert.ok(tensor!.greatest > 0 && tensor!.greatest < 0.01, String(tensor!.greatest))
  assert.ok(Math.abs(Math.abs(tensor!.at.is - tensor!.at.was) - tensor!.greatest) < 1e-12)
  const after = found.steps.find(({ instance }) => instance === 'after')!
  assert.ok(after.type === 'differs')
  assert.equal(after.follows, ['shaken'])
  assert.match(text, /dense_1\/bias +\[10\] +10 of 10/)
  assert.match(text, /^after +quantize +✘ differs, as shaken does/m)
  assert.match(text, /^nondeterministic: "shaken" came out otherwise/m)
})

test('another environment: outputs and engine differ; with equal outputs it is reproduced all the same', async () => {
  const folder = projectOf({ 'recipe.yml': small() })
  await run(folder)
  const { record } = recordOf(folder)
  /** The record as another machine would have written it. */
  const from = (node: string, engine: string, digest?: string): void => {
    const other = JSON.parse(JSON.stringify(record)) as {
      where: { node: string; machine: string; engine: { version: string } }
      instances: {
        instance: string
        identity: { engine?: { version: string } }
        output: { outputs: Record<string, { digest: string; objects: Record<string, { digest: string }> }> }
      }[]
    }
    other.where.node = node
    other.where.machine = 'Neoverse-N1 × 64, linux-arm64'
    other.where.engine.version = engine
    for (const each of other.instances) {
      if (each.identity.engine) each.identity.engine.version = engine
      if (each.instance === 'base' && digest !== undefined) {
        each.output.outputs['model']!.digest = digest
        each.output.outputs['model']!.objects['weights']!.digest = digest
      }
    }
    writeFileSync(join(folder, 'other.json'), JSON.stringify(other))
  }
  const gone = `sha256:${'7'.repeat(64)}`
  const now = record.where.engine.version

  from('v22.1.0', '3.9.0+abcdef', gone)
  const other = await reproduced(folder, ['other.json'])
  assert.is(other.found.verdict, 'another-environment', other.text)
  assert.is(other.code, 1)
  assert.is(other.found.first, 'base')
  const said = Object.fromEntries(other.found.environment.map(({ what, matters }) => [what, matters]))
  assert.equal(said, { engine: true, node: false, processor: false, cores: false, platform: false })
  assert.match(other.text, /engine +wasm 3\.9\.0\+abcdef +wasm \S+ +it can/)
  assert.match(other.text, /the recorded bytes are no longer in the store/)

  from('v22.1.0', '3.9.0+abcdef')
  const equal = await reproduced(folder, ['other.json'])
  assert.is(equal.found.verdict, 'reproduced', equal.text)
  assert.is(equal.code, 0)
  assert.match(equal.text, /^reproduced: 5 steps bit for bit, in another environment/m)

  // Node and the machine do not matter to an engine that promises the same bits.
  from('v22.1.0', now, gone)
  const broken = await reproduced(folder, ['other.json'])
  assert.is(broken.found.verdict, 'nondeterministic', broken.text)
})

test('the text of a record is all there is: it is read from the store, and its file is not looked at', async () => {
  const folder = projectOf({
    'deep/recipes/recipe.yml': 'trimtab: 1\nextends: ../base.yml\nparams: {epochs: 2}\n',
    'deep/base.yml': small(),
  })
  await run(folder, 'deep/recipes/recipe.yml')
  for (const name of ['deep/recipes/recipe.yml', 'deep/base.yml'])
    writeFileSync(
      join(folder, name),
      `${readFileSync(join(folder, name), 'utf8').replace('seed: 3', 'seed: 4')}\n`,
    )
  const { found, text } = await reproduced(folder)
  assert.is(found.verdict, 'reproduced', text)
})
