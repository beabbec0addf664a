import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('what commands say of engines')

const model = '{layers: [flatten, {dense: {units: 10, activation: softmax}}]}'
const recipe = `trimtab: 1
seed: 3
engine: wasm
steps:
  digits: {kind: dataset, source: {digits: {examples: 120}}, split: {train: 0.8, test: 0.2}, normalize: {divide: 255}}
  a: {kind: train, data: digits, model: ${model}, epochs: 1}
  b: {kind: train, data: digits, model: ${model}, epochs: 1, engine: cpu}
`

const project = (text = recipe): string => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'recipe.yml'), text)
  return folder
}

test('an engine that there is not is refused by its name, and gpu is no slip of cpu', async () => {
  const folder = project()
  const said = async (name: string): Promise<string> => {
    const ran = await trimtab(folder, ['validate', '--engine', name])
    assert.is(ran.code, 2, ran.stderr)
    assert.not.match(ran.stderr, 'bug')
    return ran.stderr
  }
  assert.match(await said('nativ'), 'Did you mean "native"?')
  assert.match(await said('gpu'), '`native` computes on NVIDIA GPUs, `webgpu` on GPUs of every maker.')
  assert.match(await said('CUDA'), 'Did you mean "native"?')
  assert.match(await said('abacus'), 'There are: auto, native, webgpu, wasm, cpu.')
})

test('where steps compute on several engines, plan and show name the one of each', async () => {
  const folder = project()
  const plan = await trimtab(folder, ['plan'])
  assert.is(plan.code, 0, plan.stderr)
  assert.match(plan.stdout, /^step +kind +engine +plan/m)
  assert.match(plan.stdout, /^a +train +wasm +wait/m)
  assert.match(plan.stdout, /^b +train +cpu +wait/m)
  assert.match(plan.stdout, /engine wasm \S+ where a step names none/)
  const rows = JSON.parse((await trimtab(folder, ['plan', '--json'])).stdout).instances as readonly {
    instance: string
    engine?: string
  }[]
  assert.equal(
    rows.map(({ engine }) => engine),
    [undefined, 'wasm', 'cpu'],
  )

  assert.is((await trimtab(folder, ['run'])).code, 0)
  const shown = await trimtab(folder, ['show'])
  assert.match(shown.stdout, /^step +kind +engine +status/m)
  assert.match(shown.stdout, /^digits +dataset +finished/m)
  assert.match(shown.stdout, /^b +train +cpu +finished/m)
  assert.match((await trimtab(folder, ['show', 'latest', 'b'])).stdout, /^engine cpu 4\.\d+\.\d+$/m)

  // One engine for all needs no column.
  const alone = project(recipe.replace(', engine: cpu', ''))
  assert.match((await trimtab(alone, ['plan'])).stdout, /^step +kind +plan/m)
})
