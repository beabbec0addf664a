// A step kind of one's own: disturbs weights at random, as analog chips and worn memory do.
import { defineStep, loadModel, storeModel, stream, Type } from 'trimtab'

const schema = Type.Object(
  {
    share: Type.Number({
      minimum: 0,
      description: 'Standard deviation of the noise, as a share of the greatest weight of each kernel.',
    }),
  },
  { additionalProperties: false, description: 'Adds Gaussian noise to the kernels of a model.' },
)

export const disturb = defineStep({
  kind: 'disturb',
  revision: 1,
  params: schema,
  consumes: { model: 'model' },
  produces: { model: 'model' },
  draws: true,
  // The same layers and sizes come out: what is known of the one model is known of the other.
  predict: (_, { model: [given] = [] }) => ({
    outputs: given?.description ? { model: given.description } : {},
  }),
})

/** @type {import('trimtab').RunStep<{ share: number }>} */
export const run = async ({ config, inputs, seed }, { open, put }) => {
  const model = await loadModel(inputs['model'][0].artifact, open)
  const random = stream(seed, 'noise')
  const weights = model.weights.map(weight => {
    if (!weight.name.endsWith('/kernel') || weight.quantization) return weight
    // What was pruned stays so.
    const sigma = config.share * weight.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    return { ...weight, data: weight.data.map(x => (x === 0 ? 0 : x + sigma * random.normal())) }
  })
  return { outputs: { model: await storeModel({ ...model, weights }, put) } }
}
