import { Type } from 'typebox'
import { activationNames, mixesChannels } from '../fields.js'
import { defineLayer } from '../layer-type.js'

export const activation = defineLayer({
  type: 'activation',
  className: 'Activation',
  params: Type.Object(
    { activation: Type.Enum([...activationNames], { description: 'The function.' }) },
    { additionalProperties: false, description: 'Applies a function to each value.' },
  ),
  shape: (_, [input]) => input!,
  channels: config =>
    mixesChannels(config.activation)
      ? { kind: 'locks', why: `${config.activation} looks at all channels at once` }
      : { kind: 'keeps' },
})
