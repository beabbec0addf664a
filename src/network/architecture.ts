import { Type } from 'typebox'
import type { Fault, Path } from '../core/problem.js'
import { connect, findUnused } from './connect.js'
import { nameEntries, readEntry } from './entries.js'
import { formatShape, type Shape } from './layer-type.js'
import type { LayerNode, Network } from './network.js'
import { propagate } from './propagate.js'

/**
 * An architecture in a recipe. What stands in `layers` is checked by `resolveNetwork`, one layer type at a time;
 * in published schemas the list's items are `publishedLayer()` (the mark `x-trimtab: layers` says where).
 */
export const architectureField = Type.Object(
  {
    layers: Type.Array(Type.Unknown(), {
      minItems: 1,
      description:
        'Layers in order: a bare name where nothing is required, else a one-key map such as `{dense: {units: 10}}`.',
      'x-trimtab': 'layers',
    }),
  },
  { additionalProperties: false, description: 'A network as a list of layers.' },
)

export interface ResolveOptions {
  /** Classes of the data: the output must have as many values (or one, for two classes). */
  readonly classes?: number
  /** Length of the regression target: the output must have as many values. */
  readonly targets?: number
}

export interface Resolved {
  /** Absent where a layer is faulty, or the input's shape is not known. */
  readonly network?: Network
  /** Paths start at the architecture: `['layers', 3, 'dense', 'units']`. */
  readonly faults: readonly Fault[]
}

const checkOutput = (node: LayerNode, path: Path, shape: Shape, options: ResolveOptions): Fault[] => {
  const wanted = options.classes ?? options.targets
  if (wanted === undefined) return []
  const fits = shape.length === 1 && (shape[0] === wanted || (options.classes === 2 && shape[0] === 1))
  if (fits) return []
  const what = options.classes === undefined ? `${wanted} values a target` : `${wanted} classes`
  const width = ['units', 'filters'].find(key => key in node.config)
  return [
    {
      code: 'class-count',
      message: `layer "${node.name}" gives ${formatShape(shape)}, and the data has ${what}`,
      path: width === undefined ? path : [...path, width],
      hint: `End with \`dense: {units: ${wanted}}\`.`,
    },
  ]
}

/**
 * Turns an architecture into a network: layer types and fields checked, defaults filled in, names given, inputs
 * connected, shapes carried through. Gives all faults at once. `inputShape`: one example, without the batch;
 * undefined where it is not known yet, when only what needs no shapes is checked.
 */
export const resolveNetwork = (
  architecture: { readonly layers?: unknown },
  inputShape: Shape | undefined,
  options: ResolveOptions = {},
): Resolved => {
  const written = architecture.layers
  if (!Array.isArray(written) || written.length === 0)
    return {
      faults: [
        { code: 'wrong-value', message: 'layers must be a list with at least one layer', path: ['layers'] },
      ],
    }
  const faults: Fault[] = []
  const entries = written.map((each, index) => readEntry(each, index, faults))
  const names = nameEntries(entries, faults)
  const before = faults.length
  const from = connect(entries, names, faults)
  if (faults.length === before) faults.push(...findUnused(entries, names, from))
  if (inputShape === undefined) return { faults }

  const paths = new Map(names.map((name, index) => [name, entries[index]!.path]))
  const pathOf = (node: LayerNode): Path => paths.get(node.name) ?? []
  const layers = entries.flatMap(({ type, config }, index): LayerNode[] =>
    type && config ? [{ name: names[index]!, type: type.type, config, from: from[index]! }] : [],
  )
  const network: Network = { inputShape, layers, output: names.at(-1)! }
  const broken = faults.some(fault => fault.code === 'layer-inputs' || fault.code === 'duplicate-name')
  const facts = broken ? undefined : propagate(network, pathOf)
  faults.push(...(facts?.faults ?? []))
  const last = layers.at(-1)
  if (facts?.outputShape && last) faults.push(...checkOutput(last, pathOf(last), facts.outputShape, options))
  return faults.length === 0 ? { network, faults } : { faults }
}

/** Names and types of an architecture's layers, in order; a faulty layer has no type. */
export const nameLayers = (architecture: {
  readonly layers?: unknown
}): { name: string; type?: string }[] => {
  const entries = (Array.isArray(architecture.layers) ? architecture.layers : []).map((each, index) =>
    readEntry(each, index, []),
  )
  const names = nameEntries(entries, [])
  return entries.map(({ type }, index) => ({
    name: names[index]!,
    ...(type === undefined ? {} : { type: type.type }),
  }))
}
