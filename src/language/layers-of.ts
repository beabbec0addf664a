import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import { nameLayers } from '../network/architecture.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { architecturesOf } from './layers.js'
import type { AxisValue } from './axis-values.js'
import { describeValue, plainOf, type MapNode, type ScalarNode } from './node.js'
import { readReference, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { ReadStep } from './steps.js'

/** A layer of a step's model, as an axis takes it. */
export interface NamedLayer {
  readonly name: string
  readonly type?: string
}

/** The step whose layers an axis takes: `{layersOf: base}`; undefined where none is named. */
export const layerSource = (axis: MapNode, what: string, reporter: Reporter): PlacedReference | undefined => {
  const named = axis.entries.get('layersOf')
  return named && readReference(named.value, `${what}.layersOf`, reporter)
}

/**
 * What can be told of the layers of what a step makes, before a run: `several` where its instances have different
 * ones. Undefined: nothing.
 */
export type KnownLayers = readonly NamedLayer[] | 'several' | 'no-model' | undefined

type Labels = Readonly<Record<string, string>>

/** The one answer of all, or `several`. */
const agreed = (all: readonly KnownLayers[]): KnownLayers => {
  const [first, ...others] = all
  if (all.some(each => each === undefined)) return undefined
  const text = JSON.stringify(first)
  return others.every(each => JSON.stringify(each) === text) ? first : 'several'
}

/** Layers of the model that a config describes by itself: an architecture, or a file that is brought in. */
const layersOfConfig = async (
  spec: AnyStepSpec,
  config: Readonly<Record<string, unknown>>,
): Promise<KnownLayers> => {
  for (const field of architecturesOf(spec)) {
    const architecture = config[field]
    if (typeof architecture === 'object' && architecture !== null) return nameLayers(architecture)
  }
  if (!spec.inspect) return undefined
  const { found } = await spec.inspect(config)
  const described = spec.predict(config, {}, found).outputs['model']
  return described?.type === 'model'
    ? described.network?.layers.map(({ name, type }) => ({ name, type }))
    : undefined
}

/**
 * The layers of the model that a step makes: those of its own architecture, of the model that it changes, of all that
 * it chooses among, or of the file that it brings in. `pins`: only of the instances with these labels.
 */
export const layersOfStep = async (
  step: ReadStep,
  steps: ReadonlyMap<string, ReadStep>,
  pins: Labels,
): Promise<KnownLayers> => {
  const { spec } = step
  if (!spec || step.poisoned) return undefined
  if (!Object.values(spec.produces).includes('model')) return 'no-model'
  const port =
    spec.chooses ?? Object.entries(spec.consumes).find(([, { type, list }]) => type === 'model' && !list)?.[0]
  const references = port === undefined ? [] : (step.ports[port] ?? [])
  if (references.length > 0)
    return agreed(
      await Promise.all(
        references.map(async reference => {
          const source = steps.get(reference.step)
          if (!source) return undefined
          const shared = Object.entries(pins).filter(([axis]) => source.axes[axis] === step.axes[axis])
          return layersOfStep(source, steps, { ...Object.fromEntries(shared), ...reference.pins })
        }),
      ),
    )
  const meant = step.variants.filter(({ labels }) =>
    Object.entries(pins).every(([axis, label]) => labels[axis] === label),
  )
  const configs = [...new Set(meant.map(({ config }) => config))]
  return agreed(await Promise.all(configs.map(config => layersOfConfig(spec, config))))
}

const untold = {
  several: [
    (name: string) => `the instances of "${name}" have different layers`,
    'Name one of them: {layersOf: "STEP[AXIS=VALUE]"}.',
  ],
  'no-model': [(name: string) => `step "${name}" makes no model`, 'Name a step that makes one.'],
  unknown: [
    (name: string) => `the layers of "${name}" cannot be told before it has run`,
    'Name the step that describes or brings in the model.',
  ],
} as const

/** The values of an axis over layers: `{layersOf: base, type: conv2d}`; undefined where it is faulty, which was told. */
export const axisOfLayers = (
  axis: MapNode,
  what: string,
  layers: ReadonlyMap<object, KnownLayers>,
  reporter: Reporter,
): AxisValue[] | undefined => {
  let ok = true
  for (const [key, { key: place }] of axis.entries) {
    if (key === 'layersOf' || key === 'type') continue
    reporter.report(
      'unknown-key',
      `${what} has no key "${key}"`,
      place,
      didYouMean(key, ['layersOf', 'type']) ?? 'There are: layersOf, type.',
    )
    ok = false
  }
  const wanted = axis.entries.get('type')?.value
  if (wanted && (wanted.kind !== 'scalar' || typeof wanted.value !== 'string')) {
    reporter.report(
      'wrong-type',
      `${what}.type must be a layer type, and is ${describeValue(plainOf(wanted))}`,
      wanted,
    )
    ok = false
  }
  const source = axis.entries.get('layersOf')!.value as ScalarNode
  const name = String(source.value)
  // A step that is not there, or whose layers have faults, was told of elsewhere.
  if (!ok || !layers.has(source)) return undefined
  const found = layers.get(source)
  if (found === undefined || typeof found === 'string') {
    const [message, hint] = untold[found ?? 'unknown']
    reporter.report('unknown-layers', message(name), source, hint)
    return undefined
  }
  const type = wanted && String((wanted as ScalarNode).value)
  const fitting = type === undefined ? found : found.filter(layer => layer.type === type)
  if (fitting.length === 0) {
    const types = [...new Set(found.map(layer => layer.type).filter(each => each !== undefined))]
    reporter.report(
      'unknown-layer',
      `"${name}" has no layer of type "${type}"`,
      wanted ?? source,
      didYouMean(type ?? '', types) ?? `It has: ${listed(types)}.`,
    )
    return undefined
  }
  return fitting.map(layer => ({ label: layer.name, node: { ...source, value: layer.name } }))
}
