type Schema = Readonly<Record<string, unknown>>

/**
 * The schema of recipes that also takes one that extends another: what it lacks stands in its base, and it may say
 * `null` of what it removes. Only where a recipe extends nothing is all of it asked for.
 */
export const allowExtending = (schema: Schema): Schema => {
  const { required, properties, definitions, ...rest } = schema as Record<string, Schema>
  const { steps, gates, params, ...others } = properties as Record<string, Schema>
  const removable = (part: Schema | undefined, inner: unknown): Schema => ({
    ...part,
    type: ['object', 'null'],
    additionalProperties: inner,
  })
  const orNothing = (part: Schema | undefined): unknown => ({
    anyOf: [part?.['additionalProperties'], { type: 'null', description: 'Removes what the base says.' }],
  })
  const said = (part: Schema | undefined): Schema => ({ description: part?.['description'] })
  return {
    ...rest,
    properties: { ...others, steps: said(steps), gates: said(gates), params: said(params) },
    if: { required: ['extends'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: {
      properties: {
        steps: removable(steps, {
          anyOf: [
            { $ref: '#/definitions/step' },
            {
              type: 'object',
              not: { required: ['kind'] },
              description: 'A step of the base, with what differs.',
            },
            { type: 'null', description: 'Removes the step of the base.' },
          ],
        }),
        gates: removable(gates, {
          anyOf: [{ type: 'object' }, { type: 'null', description: 'Removes the gate of the base.' }],
        }),
        params: removable(params, orNothing(params)),
      },
    },
    else: { required, properties: { steps, gates, params } },
    definitions,
  }
}
