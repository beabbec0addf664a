import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plan } from '../../src/api/validate.js'
import type { Digest } from '../../src/core/brand.js'
import { keyOf } from '../../src/plan/key.js'
import type { LockedStep } from '../../src/store/lock.js'
import { readLockFile } from '../../src/store/lock-file.js'
import { printLock } from '../../src/store/print-lock.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import {
  comparedOf,
  install,
  projectOf,
  reproduced,
  run,
  shaken,
  shakenSteps,
  small,
} from './reproduce-rig.js'

const test = suite('reproduce a lock')

const edit = (path: string, change: (text: string) => string): void => {
  const text = readFileSync(path, 'utf8')
  const edited = change(text)
  assert.is.not(edited, text)
  writeFileSync(path, edited)
}

test('a lock is reproduced by the recipe beside it; what changed in the recipe is named', async () => {
  const folder = projectOf({
    'recipe.yml': small('  times: {kind: benchmark, models: [base], reference: base, rounds: 10}'),
  })
  await run(folder)
  const { found, code, text } = await reproduced(folder, ['recipe.lock.yml'])
  assert.is(code, 0, text)
  assert.equal([found.verdict, found.of.type], ['reproduced', 'lock'])
  assert.equal(comparedOf(found), {
    digits: 'equal',
    base: 'equal',
    int8: 'equal',
    'scores[base]': 'equal',
    'scores[int8]': 'equal',
    times: 'not-compared',
  })
  const lock = readFileSync(join(folder, 'recipe.lock.yml'), 'utf8')
  edit(join(folder, 'recipe.yml'), recipe => recipe.replace('learningRate: 0.01', 'learningRate: 0.02'))
  const changed = await reproduced(folder, ['recipe.lock.yml'])
  assert.equal([changed.code, changed.found.verdict, changed.found.steps], [1, 'changed', []])
  assert.equal(
    changed.found.changed.map(({ text: says }) => says),
    ['"base": config.optimizer.adam.learningRate was 0.01, is 0.02'],
  )
  const anyway = await reproduced(folder, ['recipe.lock.yml', '--anyway', '--only', 'base'])
  assert.equal([anyway.found.verdict, anyway.found.first], ['changed', 'base'])
  const base = anyway.found.steps.find(({ instance }) => instance === 'base')!
  assert.ok(base.type === 'differs' && base.outputs[0]!.arrays!.length === 2, anyway.text)
  // It only reads: the lock stays as it was.
  assert.is(readFileSync(join(folder, 'recipe.lock.yml'), 'utf8'), lock)
})

/** The lock of a recipe as another version of the engine would have left it, `base` with other bytes or not. */
const ofOtherEngine = async (folder: string, version: string, base?: Digest): Promise<void> => {
  const path = join(folder, 'recipe.lock.yml')
  const found = readLockFile(path)
  const planned = await plan({ recipe: join(folder, 'recipe.yml') })
  assert.ok(found.ok && found.value && planned.plan)
  const steps: Record<string, LockedStep> = { ...found.value.lock.steps }
  for (const instance of planned.plan.instances) {
    const block = steps[instance.id]!
    const engine = block.engine && { ...block.engine, version }
    const inputs = Object.entries(instance.inputs).map(([port, edges]) => [
      port,
      edges.map(edge => ({ artifact: { digest: steps[edge.instance]!.outputs![edge.output]!.digest } })),
    ])
    const identity = { ...instance.identity, ...(engine ? { engine } : {}) }
    const { key } = keyOf({ identity }, Object.fromEntries(inputs) as Parameters<typeof keyOf>[1])
    const outputs =
      instance.id === 'base' && base
        ? { model: { ...block.outputs!['model']!, digest: base } }
        : block.outputs!
    steps[instance.id] = { ...block, key, outputs, ...(engine ? { engine } : {}) }
  }
  writeFileSync(path, printLock({ ...found.value.lock, steps }))
}

test('another engine is another environment where the outputs differ, and none where they do not', async () => {
  const folder = projectOf({ 'recipe.yml': small() })
  await run(folder)
  await ofOtherEngine(folder, '3.0.0+0123abcd')
  const equal = await reproduced(folder, ['recipe.lock.yml'])
  assert.equal([equal.code, equal.found.verdict, equal.found.changed], [0, 'reproduced', []], equal.text)
  assert.match(equal.text, /engine +wasm 3\.0\.0\+0123abcd +wasm \S+ +it can/)
  await ofOtherEngine(folder, '3.0.0+0123abcd', `sha256:${'5'.repeat(64)}` as Digest)
  const other = await reproduced(folder, ['recipe.lock.yml'])
  assert.equal(
    [other.code, other.found.verdict, other.found.first, other.found.changed],
    [1, 'another-environment', 'base', []],
    other.text,
  )
})

test('nondeterministic: what a lock holds is held against what came out, tensor by tensor', async () => {
  const folder = projectOf({
    'recipe.yml': small(shakenSteps, 'plugins: [./shake.js]'),
    'shake.js': shaken('Math.random() * 0.01'),
  })
  install(folder)
  await run(folder)
  const { found, code, text } = await reproduced(folder, ['recipe.lock.yml'])
  assert.equal([code, found.verdict, found.first], [1, 'nondeterministic', 'shaken'], text)
  const shook = found.steps.find(({ instance }) => instance === 'shaken')!
  assert.ok(shook.type === 'differs')
  assert.equal(
    shook.outputs[0]!.arrays!.map(({ name }) => name),
    ['dense_1/bias'],
  )
})

test('what a lock lacks is said', async () => {
  const folder = projectOf({ 'recipe.yml': small() })
  await run(folder)
  const bare = emptyFolder()
  cpSync(join(folder, 'recipe.lock.yml'), join(bare, 'recipe.lock.yml'))
  const refused = async (where: string, args: readonly string[], code: string): Promise<void> => {
    const ran = await trimtab(where, ['reproduce', ...args])
    assert.is(ran.code, 2, ran.stdout)
    assert.match(ran.stderr, new RegExp(`\\[${code}\\]`))
  }
  await refused(bare, ['recipe.lock.yml'], 'reproduce-no-recipe')
  await refused(folder, ['latest', '--set', 'epochs=2'], 'reproduce-set')
  await refused(folder, ['none.lock.yml'], 'run-missing')
  writeFileSync(join(bare, 'recipe.lock.yml'), 'version: 1\n')
  await refused(bare, ['recipe.lock.yml'], 'lock-form')
})
