import { join } from 'node:path'
import type { Artifact } from '../../src/core/artifact.js'
import { compareRuns } from '../../src/api/reproduce/compare-runs.js'
import { noMarks, type Model } from '../../src/model/model.js'
import { storeModel } from '../../src/model/store-model.js'
import type { InstanceRecord } from '../../src/store/run-record.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { networkOf } from '../model/networks.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('runs on engines that promise a tolerance')

const network = networkOf([{ dense: { units: 2, useBias: false } }], [2])

/** One dense layer whose kernel is scaled. */
const model = (scale: number): Model => ({
  network,
  weights: [
    { name: 'dense_1/kernel', shape: [2, 2], data: Float32Array.from([1, 2, 3, 4].map(x => x * scale)) },
  ],
  marks: noMarks,
})

const instance = (
  name: string,
  from: readonly string[],
  artifact: Artifact,
  accuracy = 0.5,
): InstanceRecord => ({
  instance: name,
  step: name,
  kind: 'train',
  status: 'finished',
  config: {},
  inputs: from.length > 0 ? { model: from } : {},
  output: { outputs: { model: artifact }, metrics: { test: { accuracy } } },
})

const emptyStore = (): Promise<Store> => openStore(join(emptyFolder(), 'store'))

test('what is off by less than the promise is within it, also in the steps below; what is off by more differs', async () => {
  const [was, is] = [await emptyStore(), await emptyStore()]
  const put = (store: Store, scale: number): Promise<Artifact> =>
    storeModel(model(scale), bytes => store.objects.put(bytes))
  const compared = async (scale: number, tolerance: number | undefined, accuracy = 0.5) => {
    const steps = await compareRuns({
      was: [instance('base', [], await put(was, 1)), instance('pruned', ['base'], await put(was, 2))],
      is: [
        instance('base', [], await put(is, scale)),
        instance('pruned', ['base'], await put(is, 2 * scale), accuracy),
      ],
      stores: { was, is },
      leftOut: () => undefined,
      // The second step does not compute, and is as far off as what it takes.
      tolerance: ({ instance: name }) => (name === 'base' ? tolerance : undefined),
    })
    return steps
  }
  const types = async (...args: Parameters<typeof compared>): Promise<string[]> =>
    (await compared(...args)).map(({ type }) => type)
  assert.equal(await types(1, undefined), ['equal', 'equal'])
  assert.equal(await types(1 + 1e-6, 1e-5), ['within', 'within'])
  assert.equal(await types(1 + 1e-6, undefined), ['differs', 'differs'])
  assert.equal(await types(1 + 1e-4, 1e-5), ['differs', 'differs'])
  assert.equal(await types(1 + 1e-6, 1e-5, 0.6), ['within', 'differs'])
  const [first] = await compared(1 + 1e-6, 1e-5)
  assert.ok(first!.type === 'within')
  assert.ok(first!.greatest > 0 && first!.greatest < 2e-6, String(first!.greatest))
  const [base, pruned] = await compared(1 + 1e-4, 1e-5)
  assert.ok(base!.type === 'differs' && pruned!.type === 'differs')
  assert.equal([base!.follows, pruned!.follows], [[], ['base']])
  assert.is(base!.outputs[0]!.arrays![0]!.name, 'dense_1/kernel')
})
