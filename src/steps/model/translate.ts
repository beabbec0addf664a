import type { Fault } from '../../core/problem.js'
import { resolveNetwork } from '../../network/architecture.js'
import { layerTypes } from '../../network/catalogue.js'
import type { LayerType } from '../../network/layer-type.js'
import { type Network, inputName } from '../../network/network.js'
import { propagate } from '../../network/propagate.js'
import { mostAxes } from '../../sources/limits.js'
import type { TfjsModel, TfjsWeight } from '../../sources/tfjs-model.js'
import { type KerasGraph, type KerasLayer, readKerasGraph } from './keras-graph.js'
import { matchWeights } from './match-weights.js'
import { translateSettings } from './settings.js'

export interface Translated {
  /** Absent where there are faults. */
  readonly network?: Network
  /** Where each weight's numbers lie, by our names. */
  readonly weights: ReadonlyMap<string, TfjsWeight>
  readonly faults: readonly Fault[]
}

const path = ['source', 'tfjs'] as const

const fault = (message: string, hint?: string): Fault => ({
  code: 'model-layer',
  message,
  path,
  ...(hint === undefined ? {} : { hint }),
})

const byClass = new Map(layerTypes.map(type => [type.className, type]))
const typeOf = (className: string): LayerType | undefined =>
  byClass.get(className) ??
  byClass.get(
    className.replace(/MaxPool(?=\d)/, 'MaxPooling').replace(/(AvgPool|AveragePool)(?=\d)/, 'AveragePooling'),
  )

/** Names that our networks may have, each once: `block1/conv` becomes `block1_conv`. */
const renamed = (graph: KerasGraph): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  const taken = new Set([inputName])
  for (const { name } of graph.layers) {
    const clean = name.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
    const base = /^[A-Za-z]/.test(clean) ? clean : `layer_${clean}`
    let free = base
    for (let count = 1; taken.has(free); count++) free = `${base}_${count}`
    taken.add(free)
    names.set(name, free)
  }
  return names
}

const sidesOf = (shape: unknown): readonly number[] | undefined => {
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > mostAxes) return undefined
  const sides: unknown[] = shape.slice(1)
  return sides.every(side => Number.isInteger(side) && (side as number) > 0) ? (sides as number[]) : undefined
}

interface Written {
  readonly layers: readonly unknown[]
  /** By our name: the axis that must be the last. */
  readonly axes: ReadonlyMap<string, number>
}

const write = (graph: KerasGraph, names: ReadonlyMap<string, string>, faults: Fault[]): Written => {
  const axes = new Map<string, number>()
  const one = (layer: KerasLayer): unknown => {
    const type = typeOf(layer.className)
    if (!type) {
      faults.push(
        fault(
          `layer "${layer.name}" is a ${layer.className}, which is not in the catalogue of layers`,
          'Layers: `trimtab kinds` and the docs list them.',
        ),
      )
      return undefined
    }
    const { config, foreign, lastAxis } = translateSettings(type, layer.config)
    for (const setting of foreign)
      faults.push(fault(`layer "${layer.name}" (${layer.className}) has ${setting}, which is not supported`))
    const name = names.get(layer.name)!
    if (lastAxis !== undefined) axes.set(name, lastAxis)
    const from = layer.from.map(each => (each === undefined ? inputName : names.get(each)!))
    return { [type.type]: { ...config, name, from } }
  }
  return { layers: graph.layers.map(one), axes }
}

const axisFaults = (network: Network, axes: Written['axes']): Fault[] => {
  const { nodes } = propagate(network)
  return [...axes].flatMap(([name, axis]) => {
    const rank = nodes.get(name)?.inputShapes[0]?.length ?? 0
    return axis === -1 || axis === rank
      ? []
      : [fault(`layer "${name}" works along axis ${axis}; only the last is supported`)]
  })
}

/**
 * Turns a tfjs layers model into a network of the catalogue, and finds the numbers of each of its weights. What the
 * catalogue does not have is a fault that names the layer.
 */
export const translate = (model: TfjsModel): Translated => {
  const none = new Map<string, TfjsWeight>()
  const graph = readKerasGraph(model.topology)
  if (graph.wrong.length > 0)
    return { weights: none, faults: graph.wrong.map(each => fault(`the model cannot be used: ${each}`)) }
  const faults: Fault[] = []
  const inputShape = sidesOf(graph.inputShape)
  if (!inputShape)
    faults.push(
      fault(
        graph.inputShape === undefined
          ? 'the model does not say the shape of its input'
          : `the model's input is ${JSON.stringify(graph.inputShape)}; every axis but the batch needs a fixed size`,
        'Save it with a fixed `inputShape`.',
      ),
    )
  const names = renamed(graph)
  const { layers, axes } = write(graph, names, faults)
  if (faults.length > 0 || !inputShape) return { weights: none, faults }
  const resolved = resolveNetwork({ layers }, inputShape)
  if (!resolved.network) {
    const said = resolved.faults.map(each => {
      const index = each.path?.[1]
      const name = typeof index === 'number' ? graph.layers[index]?.name : undefined
      const about = name === undefined || each.message.startsWith('layer "') ? '' : `layer "${name}": `
      return fault(`${about}${each.message}`)
    })
    return { weights: none, faults: said }
  }
  const wrongAxes = axisFaults(resolved.network, axes)
  const matched = matchWeights(
    resolved.network,
    model.weights,
    new Map(graph.layers.map(({ name }) => [names.get(name)!, name])),
  )
  const all = [...wrongAxes, ...matched.faults.map(message => fault(message))]
  return all.length > 0
    ? { weights: none, faults: all }
    : { network: resolved.network, weights: matched.weights, faults: [] }
}
