// The trivial kind of these benchmarks, and a graph of it in which each step reads up to three earlier ones.
import { Type } from 'typebox'

export const noopKind = ({ defineStep, list }) =>
  defineStep({
    kind: 'noop',
    revision: 1,
    params: Type.Object({ value: Type.Number() }, { additionalProperties: false, description: 'Sums.' }),
    consumes: { from: { ...list('file'), optional: true } },
    produces: { sum: 'file' },
    module: new URL('../noop-step.mjs', import.meta.url).href,
  })

/** Numbers of the steps that each step reads, as in bench/noop.mjs. */
export const graphOf = steps =>
  Array.from({ length: steps }, (_, at) =>
    [...new Set([at - 1, at - 7, at - 31])].filter(each => each >= 0 && at % 10 > 0),
  )

export const recipeOf = steps => {
  const lines = graphOf(steps).map((from, at) => {
    const ports = from.length > 0 ? `, from: [${from.map(each => `s${each}`).join(', ')}]` : ''
    return `  s${at}: {kind: noop, value: ${at}${ports}}`
  })
  return `trimtab: 1\nseed: 1\nsteps:\n${lines.join('\n')}\n`
}

export const median = figures => [...figures].sort((a, b) => a - b)[figures.length >> 1]

/** The same kind as a plug-in: one module with its `run`. */
export const pluginOf = step => `import { defineStep, list, Type } from 'trimtab'
${step}
export const noop = defineStep({
  kind: 'noop',
  revision: 1,
  params: Type.Object({ value: Type.Number() }, { additionalProperties: false, description: 'Sums.' }),
  consumes: { from: { ...list('file'), optional: true } },
  produces: { sum: 'file' },
})
`
