import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import { Type, type TProperties } from 'typebox'
import { didYouMean } from '../core/nearest.js'
import type { Fault, Path } from '../core/problem.js'
import { layerNames } from './catalogue.js'
import type { Network } from './network.js'

/** Which layers a rule is about: a name with `*` and `?`, a `/regular expression/`, or a layer type. */
export type Selector = string | { readonly type: string }

const selectorField = Type.Unsafe<Selector>({
  type: ['string', 'object'],
  minLength: 1,
  maxLength: 200,
  properties: { type: { enum: [...layerNames], description: 'All layers of this type.' } },
  required: ['type'],
  additionalProperties: false,
  description:
    'Layers by name (`conv*`), by regular expression (`/^conv2d_[12]$/`) or by type (`{type: conv2d}`).',
})

let loaded: typeof RE2JS | undefined

/** Regular expressions that match in linear time, whatever the pattern. Few recipes have one, and it takes 20 ms to load. */
const engine = (): typeof RE2JS =>
  (loaded ??= (createRequire(import.meta.url)('re2js') as { RE2JS: typeof RE2JS }).RE2JS)

const byPattern = (source: string, names: readonly string[]): readonly string[] | string => {
  try {
    const pattern = engine().compile(source)
    return names.filter(name => pattern.matcher(name).find())
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return said.replace(/^error parsing regexp: /, '')
  }
}

const byName = (pattern: string, names: readonly string[]): readonly string[] => {
  // Greedy two-pointer match: linear for each star, no backtracking further than the last one.
  const matches = (name: string): boolean => {
    let [at, star, resume] = [0, -1, 0]
    let index = 0
    while (index < name.length) {
      if (
        at < pattern.length &&
        (pattern[at] === '?' || pattern[at] === name[index]) &&
        pattern[at] !== '*'
      ) {
        at++
        index++
      } else if (pattern[at] === '*') {
        star = at++
        resume = index
      } else if (star >= 0) {
        at = star + 1
        index = ++resume
      } else return false
    }
    while (pattern[at] === '*') at++
    return at === pattern.length
  }
  return names.filter(matches)
}

interface Selected {
  readonly layers: readonly string[]
  /** Why nothing was selected. */
  readonly fault?: Fault
}

/** The layers that a selector names, in the network's order; none is a fault that names the nearest. */
export const selectLayers = (selector: Selector, network: Network, path: Path = []): Selected => {
  const names = network.layers.map(({ name }) => name)
  if (typeof selector !== 'string') {
    const layers = network.layers.filter(({ type }) => type === selector.type).map(({ name }) => name)
    if (layers.length > 0) return { layers }
    const types = [...new Set(network.layers.map(({ type }) => type))]
    const hint = didYouMean(selector.type, types) ?? `Its types: ${types.join(', ')}.`
    return {
      layers,
      fault: {
        code: 'rule-matches-nothing',
        message: `the model has no layer of type "${selector.type}"`,
        path: [...path, 'type'],
        hint,
      },
    }
  }
  const isPattern = selector.length > 2 && selector.startsWith('/') && selector.endsWith('/')
  const found = isPattern ? byPattern(selector.slice(1, -1), names) : byName(selector, names)
  if (typeof found === 'string')
    return {
      layers: [],
      fault: {
        code: 'wrong-pattern',
        message: `${selector} is no pattern that can be used: ${found}`,
        path,
        hint: 'Patterns are those of RE2: no lookaround, no back references.',
      },
    }
  if (found.length > 0) return { layers: found }
  const bare = selector.replaceAll(/[*?/^$]/g, '')
  const longer = bare === '' ? undefined : names.find(name => name.startsWith(bare))
  return {
    layers: [],
    fault: {
      code: 'rule-matches-nothing',
      message: `no layer of the model matches "${selector}"`,
      path,
      hint:
        didYouMean(bare, names) ??
        (longer === undefined
          ? `Its layers: ${names.join(', ')}.`
          : `Did you mean "${longer}" or "${bare}*"?`),
    },
  }
}

/** The layers that a selector names, in the network's order. */
export const matchLayers = (selector: Selector, network: Network): readonly string[] =>
  selectLayers(selector, network).layers

/** A list of rules: each names layers and gives them fields of their own. */
export const rulesField = <P extends TProperties>(fields: P, description: string) =>
  Type.Optional(
    Type.Array(Type.Object({ layers: selectorField, ...fields }, { additionalProperties: false }), {
      description: `${description} The last rule that matches a layer holds for it, whole.`,
    }),
  )

/** The rule of each layer that has one: the last that matches. A rule that matches nothing is a fault. */
export const applyRules = <R extends { readonly layers: Selector }>(
  rules: readonly R[] | undefined,
  network: Network,
  path: Path = ['rules'],
): { readonly byLayer: ReadonlyMap<string, R>; readonly faults: readonly Fault[] } => {
  const byLayer = new Map<string, R>()
  const faults: Fault[] = []
  for (const [index, rule] of (rules ?? []).entries()) {
    const { layers, fault } = selectLayers(rule.layers, network, [...path, index, 'layers'])
    if (fault) faults.push(fault)
    for (const layer of layers) byLayer.set(layer, rule)
  }
  return { byLayer, faults }
}
