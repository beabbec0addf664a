import { layerTypes } from './catalogue.js'
import { layerSchema } from './check-config.js'
import type { LayerType } from './layer-type.js'

/** Schema of one entry of `layers`, for editors: bare names, or a map with one layer type in it. */
export const publishedLayer = (): Record<string, unknown> => {
  const needsNothing = ({ params }: LayerType) =>
    (params.required ?? []).every(
      (name: string) => (params.properties[name] as { default?: unknown } | undefined)?.default !== undefined,
    )
  const alone = (layer: LayerType) => {
    const schema = layerSchema(layer)
    const required = (layer.params.required ?? []).filter(
      (name: string) => (layer.params.properties[name] as { default?: unknown }).default === undefined,
    )
    return { ...schema, required }
  }
  const bare = layerTypes.filter(needsNothing)
  return {
    description: 'A layer.',
    oneOf: [
      {
        type: 'object',
        // yaml-language-server counts the empty line that is being written as a key, hence the two.
        maxProperties: 2,
        allOf: [{ minProperties: 1, maxProperties: 1 }],
        additionalProperties: false,
        properties: Object.fromEntries(layerTypes.map(layer => [layer.type, alone(layer)])),
      },
      {
        enum: bare.map(({ type }) => type),
        enumDescriptions: bare.map(({ params }) => (params as { description?: string }).description ?? ''),
        errorMessage: `No layer has this name alone. These have: ${bare.map(({ type }) => type).join(', ')}. The others are maps: {dense: {units: 10}}.`,
      },
    ],
  }
}
