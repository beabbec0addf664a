import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stream } from '../../src/core/random.js'
import { readRecipe } from '../../src/language/read.js'
import { mutated } from '../fuzz/mutations.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'

const test = suite('recipes of several files, damaged at random')

const texts: Readonly<Record<string, string>> = {
  'recipe.yml': `trimtab: 1
extends: [lib/base.yml, lib/more.yml]
params:
  epochs: 4
  share: {default: 0.25, description: Less.}
x-mine: &rate {learningRate: 0.1}
inputs: {other: {type: model, optional: true}}
outputs: {model: pruned, history: base.history}
steps:
  base: {optimizer: {adam: *rate}, timeout: 3m}
  digits: {split: {train: 0.8}}
  int8: null
gates:
  small: {check: pruned.bytes * 2 < base.bytes}
`,
  'lib/base.yml': `trimtab: 1
params:
  epochs: {type: integer, default: 3, minimum: 1}
  share: {type: number, default: 0.5, minimum: 0, maximum: 0.9, description: How much.}
  name: tiny
inputs: {data: dataset}
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}, split: {train: 0.9, validation: 0.1}}
  base: {kind: train, data: digits, model: {layers: [flatten]}, epochs: "\${{ params.epochs }}", optimizer: {sgd: {learningRate: 1}}}
  pruned: {kind: prune, model: base, sparsity: "\${{ params.share }}"}
  int8: {kind: quantize, model: pruned, data: data}
gates:
  small: {check: pruned.bytes < base.bytes, severity: warn}
`,
  'lib/more.yml': `extends: ./base.yml
steps:
  data: {kind: dataset, source: {digits: {examples: 10}}}
  student: {kind: distill, teachers: [base], data: data, model: {layers: [flatten]}, epochs: 1}
`,
  'params.yml': 'epochs: 7\nshare: 0.75\nname: "other"\n',
}
const names = Object.keys(texts)

const project = () => {
  const folder = realpathSync(emptyFolder())
  mkdirSync(join(folder, '.git'))
  mkdirSync(join(folder, 'lib'))
  for (const name of names) writeFileSync(join(folder, name), texts[name]!)
  const read = () => readRecipe({ file: 'recipe.yml', kinds, cwd: folder, paramsFiles: ['params.yml'] })
  return { folder, read }
}

test('they are sound before', async () => {
  const { recipe, problems } = await project().read()
  assert.equal(problems, [])
  assert.equal(recipe!.params, { epochs: 7, share: 0.75, name: 'other' })
})

const count = Number(process.env['TRIMTAB_FUZZ'] ?? 800)
test(`${count} times: no crash, every place inside of its file`, async () => {
  const { folder, read } = project()
  let sound = 0
  const codes = new Set<string>()
  for (let index = 0; index < count; index++) {
    const name = names[index % names.length]!
    const damaged = mutated(texts[name]!, stream(11, String(index)))
    writeFileSync(join(folder, name), damaged)
    const { recipe, problems } = await read().catch((error: unknown) => {
      throw new Error(`${index}: ${String(error)}\n${damaged.toString()}`)
    })
    for (const { code, at, frame, message } of problems) {
      codes.add(code)
      assert.not.match(message, /undefined|\[object|NaN/, `${index}: ${message}`)
      if (!at) continue
      const lines = readFileSync(at.file, 'utf8').split('\n')
      const line = lines[at.line - 1]
      assert.ok(
        line !== undefined && at.column <= line.length + 1 && (frame ?? '').includes('^'),
        `${index} ${code} ${JSON.stringify(at)} ${frame}`,
      )
    }
    assert.ok(recipe ?? problems.length > 0, String(index))
    if (problems.length === 0) sound++
    writeFileSync(join(folder, name), texts[name]!)
  }
  assert.ok(sound > 0 && sound < count / 2, String(sound))
  assert.ok(codes.size > 25, String(codes.size))
})
