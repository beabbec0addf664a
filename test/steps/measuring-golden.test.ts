import { networkOf, stirredModel } from '../model/networks.js'
import { dataset as datasetKind } from '../../src/steps/dataset/spec.js'
import { evaluate } from '../../src/steps/evaluate/spec.js'
import { assert, suite } from '../suite.js'
import { runStep } from './dataset-rig.js'
import { dataset, runEvaluate, storedModel } from './measuring-rig.js'

const test = suite('golden digests of dataset and evaluate')

/** An output that changes with unchanged inputs needs a new revision of the kind: raise it, then take the new digest over. */
test('a dataset that changes gets a new revision', async () => {
  const { outputs } = await runStep({
    source: { digits: { examples: 120 } },
    test: { digits: { examples: 30 } },
    split: { train: 0.9, validation: 0.1 },
    normalize: { standardize: 'channel' },
  })
  assert.equal(
    [datasetKind.revision, outputs['dataset']!.digest],
    [1, 'sha256:42bea6569f1ab965974136d41e26037a77b64f5c723c1cb84d06fb29703f85a7'],
  )
})

test('metrics that change get a new revision', async () => {
  const layers = [
    'flatten',
    { dense: { units: 5, activation: 'relu' } },
    { dense: { units: 3, activation: 'softmax' } },
  ]
  const [model, reference] = [1, 2].map(seed => stirredModel(networkOf(layers, [4, 3, 1]), seed))
  // On the pure JavaScript engine, so that new kernels of another engine change nothing here.
  const { outputs } = await runEvaluate(
    { topK: 2 },
    await storedModel(model!),
    await storedModel(reference!),
    await dataset([4, 3, 1], 3, { validation: 11, test: 40 }),
    undefined,
    'cpu',
  )
  assert.equal(
    [evaluate.revision, outputs['metrics']!.digest],
    [2, 'sha256:5beda7373a8823dd78b83009becde1403ef826198848fd8d9f5c7d9a3bb911fe'],
  )
})
