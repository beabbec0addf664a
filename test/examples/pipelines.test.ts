import { shippedNames } from '../../src/language/shipped.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { copyOf, recordOf } from './rig.js'

const test = suite('examples of the recipes that ship')

const shipped = [
  'magnitude',
  'gradual',
  'slim',
  'int8',
  'weight-only',
  'distill',
  'deep-compression',
  'compare-all',
]

test('pipelines: each recipe that ships has an example, and all of them can be planned', async () => {
  assert.equal(shippedNames().toSorted(), shipped.toSorted())
  const folder = copyOf('pipelines')
  const planned = await Promise.all(
    [...shipped, 'matrix'].map(async name => ({
      name,
      ran: await trimtab(folder, ['plan', `${name}/recipe.yml`, '--json']),
    })),
  )
  for (const { name, ran } of planned) assert.is(ran.code, 0, `${name}: ${ran.stdout}${ran.stderr}`)
})

test('pipelines: three of the examples run whole, in a short form', async () => {
  const folder = copyOf('pipelines')
  const reduced = ['--set', 'digits=400', '--set', 'modelEpochs=2']
  const run = async (name: string, ...more: string[]): Promise<RunRecord> => {
    const ran = await trimtab(folder, ['run', `${name}/recipe.yml`, ...reduced, ...more])
    assert.ok([0, 1, 4].includes(ran.code!), ran.stderr)
    const record = await recordOf(folder)
    for (const each of record.instances)
      assert.ok(
        each.status === 'finished' || each.status === 'reused' || /aware/.test(each.instance),
        `${name}: ${each.instance} ${each.status}: ${ran.stderr}`,
      )
    return record
  }
  const metricsOf = (record: RunRecord, name: string) =>
    record.instances.find(each => each.instance === name)!.output!.metrics!
  const verdictsOf = ({ verdicts }: RunRecord) => verdicts.map(({ gate }) => gate)

  const gradual = await run('gradual', '--set', 'epochs=1')
  // 0.85 · (1 − (1 − t/4)³) of the 12,752 weights in kernels, each kernel by itself, of 12,810 parameters.
  for (const [round, share] of [37 / 64, 56 / 64, 63 / 64, 1].entries()) {
    const { sparsity } = metricsOf(gradual, `scores[tuned${round + 1}]`)['model']!
    assert.ok(Math.abs(sparsity! - (0.85 * share * 12_752) / 12_810) < 2e-4, `${round}: ${sparsity}`)
  }

  const int8 = await run('int8')
  assert.equal(verdictsOf(int8), ['kept-accuracy', 'smaller', 'not-worse'])
  const { bytes } = metricsOf(int8, 'scores[static]')['model']!
  // One byte a weight; for each of the 58 output channels a bias of 4 bytes, and a float64 scale for kernel and bias.
  assert.is(bytes, 12_752 + 58 * (4 + 8 + 8))

  const matrix = await run('matrix', '--set', 'accuracyLoss=1')
  assert.equal(
    verdictsOf(matrix).filter(gate => gate.includes('each-runs')),
    [0.5, 0.7, 0.85].map(sparsity => `each-runs[sparsity=${sparsity}]`),
  )
  const best = matrix.instances.find(each => each.instance === 'best')!.output!.record!
  assert.is(best['chosen'], 'int8/int8[sparsity=0.85]')
})
