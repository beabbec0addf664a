import { engineNames } from '../core/engine-name.js'
import { fieldRows } from '../core/field-rows.js'
import type { KindDocs } from '../core/kind-docs.js'
import { enginePromises, promiseText } from '../core/promise.js'
import type { Problem } from '../core/problem.js'
import { builtInKinds } from '../steps/index.js'
import type { AnyStepSpec, Port } from '../steps/define-step.js'
import type { ReadOptions } from './options.js'

const portText = (port: Port): string =>
  `${port.list ? `list of ${port.type}` : port.type}${port.either ? ', or a map that describes one' : ''}`

/** TypeBox keeps what a schema was given, but its type does not say so. */
const describe = (schema: object): string => ('description' in schema ? String(schema.description) : '')

const computing = `Computes with an engine: ${engineNames.map(name => `${name} promises ${promiseText(enginePromises[name])}`).join(', ')}.`

const docsOf = (spec: AnyStepSpec): KindDocs => ({
  kind: spec.kind,
  description: describe(spec.params),
  revision: spec.revision,
  ports: Object.entries(spec.consumes).map(([name, port]) => ({
    name,
    takes: portText(port),
    required: port.optional !== true,
    description: port.description ?? '',
  })),
  outputs: Object.entries(spec.produces).map(([name, type]) => ({ name, type })),
  fields: fieldRows(spec.params),
  notes: [
    ...(spec.exclusive ? ['Runs with nothing beside it.'] : []),
    ...(spec.perMachine ? ['Its result holds for one class of machine.'] : []),
    ...(spec.expands === undefined ? [] : [`Makes one instance for each member of \`${spec.expands}\`.`]),
    ...(spec.computes ? [computing] : []),
    ...(spec.draws ? ["Draws random numbers from the step's seed."] : []),
  ],
})

export { builtInKinds }

/** The kinds that a recipe's steps may have: the built-in ones, those given, and those of its plug-ins. */
export const recipeKinds = async (
  options: ReadOptions,
): Promise<{ readonly kinds: readonly AnyStepSpec[]; readonly problems: readonly Problem[] }> => {
  const { readKinds } = await import('../language/read.js')
  return readKinds({
    file: options.recipe,
    cwd: options.cwd ?? process.cwd(),
    kinds: [...builtInKinds, ...(options.kinds ?? [])],
    trustPlugins: options.trustPlugins ?? true,
  })
}

/** The documentation of every kind, in the order in which a pipeline meets them. */
export const kindDocs = (kinds: readonly AnyStepSpec[] = builtInKinds): KindDocs[] => kinds.map(docsOf)
