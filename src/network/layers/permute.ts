import { Type } from 'typebox'
import { defineLayer, formatShape, misfit } from '../layer-type.js'

export const permute = defineLayer({
  type: 'permute',
  className: 'Permute',
  params: Type.Object(
    {
      dims: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        description: 'New order of the axes, counted from 1; the batch is not among them: `[2, 1, 3]`.',
      }),
    },
    { additionalProperties: false, description: 'The axes in another order.' },
  ),
  shape: ({ dims }, [input]) =>
    [...dims].sort((a, b) => a - b).every((dim, index) => dim === index + 1) && dims.length === input!.length
      ? dims.map(dim => input![dim - 1]!)
      : misfit(
          `dims must name each of the ${input!.length} axes of ${formatShape(input!)} once, counted from 1`,
          { key: 'dims' },
        ),
  channels: ({ dims }) =>
    dims.at(-1) === dims.length
      ? { kind: 'keeps' }
      : { kind: 'locks', why: 'permute moves the channels to another axis' },
})
