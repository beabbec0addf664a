import { didYouMean } from '../core/nearest.js'
import { nameLayers } from '../network/architecture.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { architecturesOf } from './layers.js'
import type { AxisValue } from './matrix.js'
import { describeValue, plainOf, type MapNode, type ScalarNode } from './node.js'
import { readReference, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { ReadStep } from './steps.js'
import { list } from './wanted.js'

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

const modelPort = (spec: AnyStepSpec): string | undefined =>
  Object.entries(spec.consumes).find(([, port]) => port.type === 'model' && !port.list)?.[0]

/**
 * The layers of the model that a step makes: those of its own architecture, of the model that it changes, or of the
 * file that it brings in. Undefined where they cannot be told before a run.
 */
export const layersOfStep = async (
  step: ReadStep,
  steps: ReadonlyMap<string, ReadStep>,
): Promise<readonly NamedLayer[] | undefined> => {
  const { spec } = step
  const config = step.variants[0]?.config ?? {}
  if (!spec || !Object.values(spec.produces).includes('model')) return undefined
  for (const field of architecturesOf(spec)) {
    const architecture = config[field]
    if (typeof architecture === 'object' && architecture !== null) return nameLayers(architecture)
  }
  const port = modelPort(spec)
  const source = steps.get((port === undefined ? undefined : step.ports[port]?.[0]?.step) ?? '')
  if (source) return layersOfStep(source, steps)
  if (!spec.inspect || step.poisoned) return undefined
  const { found } = await spec.inspect(config)
  const described = spec.predict(config, {}, found).outputs['model']
  return described?.type === 'model'
    ? described.network?.layers.map(({ name, type }) => ({ name, type }))
    : undefined
}

/** The values of an axis over layers: `{layersOf: base, type: conv2d}`; undefined where it is faulty, which was told. */
export const axisOfLayers = (
  axis: MapNode,
  what: string,
  layers: ReadonlyMap<string, readonly NamedLayer[] | undefined>,
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
  const found = layers.get(String(source.value))
  // A step that is not there, or whose layers have faults, was told of elsewhere.
  if (!ok || !layers.has(String(source.value))) return undefined
  if (!found) {
    reporter.report(
      'unknown-layers',
      `the layers of "${String(source.value)}" cannot be told before it has run`,
      source,
      'Name a step that makes a model with layers.',
    )
    return undefined
  }
  const type = wanted && String((wanted as ScalarNode).value)
  const fitting = type === undefined ? found : found.filter(layer => layer.type === type)
  if (fitting.length === 0) {
    const types = [...new Set(found.map(layer => layer.type).filter(each => each !== undefined))]
    reporter.report(
      'unknown-layer',
      `"${String(source.value)}" has no layer of type "${type}"`,
      wanted ?? source,
      didYouMean(type ?? '', types) ?? `It has: ${list(types)}.`,
    )
    return undefined
  }
  return fitting.map(({ name }) => ({ label: name, node: { ...source, value: name } }))
}
