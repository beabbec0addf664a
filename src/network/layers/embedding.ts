import { Type } from 'typebox'
import { countField, initializerField } from '../fields.js'
import { defineLayer } from '../layer-type.js'
import { wrongRank } from '../windows.js'

export const embedding = defineLayer({
  type: 'embedding',
  className: 'Embedding',
  params: Type.Object(
    {
      inputDim: countField('Number of words: inputs are whole numbers from 0 to one less.'),
      outputDim: countField('Length of the vector of each word.'),
      embeddingsInitializer: initializerField('randomUniform', 'vectors'),
    },
    { additionalProperties: false, description: 'A learned vector for each word of a sequence.' },
  ),
  shape: ({ outputDim }, [input]) => wrongRank('embedding', input!, 1) ?? [...input!, outputDim],
  weights: config => [
    {
      weight: 'embeddings',
      shape: [config.inputDim, config.outputDim],
      axes: ['-', 'out'],
      initializer: config.embeddingsInitializer,
    },
  ],
  channels: () => ({ kind: 'makes', width: 'outputDim', locked: 'channels of an embedding are not pruned' }),
})
