import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from '../../src/api/index.js'
import type { Problem } from '../../src/core/problem.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { seeing } from './kinds/seeing.js'

const test = suite('what is wrong with the GPUs that a step asks for, before it runs')

const problemsOf = async (steps: string, devices = 'none'): Promise<readonly Problem[]> => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'recipe.yml'), `trimtab: 1\nengine: wasm\nsteps:\n${steps}`)
  const { problems } = await validate({
    recipe: join(folder, 'recipe.yml'),
    kinds: [seeing],
    env: { TRIMTAB_DEVICES: devices },
  })
  return problems.filter(({ code }) => code.startsWith('gpus') || code.startsWith('halve'))
}
const said = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ code, message, at }) => `${at?.line}:${at?.column} ${code}: ${message}`)

const training = (
  more: string,
  layers = '',
): string => `  digits: {kind: dataset, source: {digits: {examples: 100}}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, ${layers}{dense: {units: 10, activation: softmax}}]}
    epochs: 1
    ${more}
`

test('more than there are, with what was found', async () => {
  const asking = (gpus: number): string => `  a: {kind: seeing, name: a, resources: {gpus: ${gpus}}}\n`
  assert.equal(said(await problemsOf(asking(1))), [
    '4:48 gpus-missing: "a" asks for 1 GPU: TRIMTAB_DEVICES says none',
  ])
  assert.equal(said(await problemsOf(asking(3), '0,1')), [
    '4:48 gpus-missing: "a" asks for 3 GPUs: TRIMTAB_DEVICES says 0,1',
  ])
  assert.equal(await problemsOf(asking(2), '0,1'), [])
  assert.equal(await problemsOf(asking(0)), [])
})

test('GPUs that would lie idle', async () => {
  assert.equal(said(await problemsOf(training('resources: {gpus: 1}'), '0')), [
    '10:23 gpus-unused: "base" asks for 1 GPU, and the wasm engine computes on the processor',
  ])
  assert.equal(
    said(
      await problemsOf(
        '  digits: {kind: dataset, source: {digits: {examples: 100}}, resources: {gpus: 1}}\n',
        '0,1',
      ),
    ),
    ['4:80 gpus-unused: "digits" asks for 1 GPU, and a step of kind "dataset" uses none'],
  )
  assert.equal(await problemsOf(training('resources: {gpus: 0}')), [])
})

test('a network that looks across the batch is told, one that does not is not', async () => {
  assert.equal(await problemsOf(training('onOutOfMemory: halveBatch')), [])
  assert.equal(await problemsOf(training('onOutOfMemory: fail', 'batchNormalization, ')), [])
  const found = await problemsOf(training('onOutOfMemory: halveBatch', 'batchNormalization, '))
  assert.equal(said(found), [
    '10:20 halve-batch-refused: "base" will fail where memory runs out: layer "batchNormalization_1" normalizes over the batch, and over half of it this would be another training',
  ])
  assert.is(found[0]!.severity, 'warning')
})
