import type { Fault } from '../../core/problem.js'
import { type Quantized } from '../../network/description.js'
import { type LayerNode, type Network, inputName } from '../../network/network.js'
import { type WeightSpec, factsOfNetwork } from '../../network/propagate.js'
import { applyRules } from '../../network/selectors.js'
import type { QuantizeConfig } from './fields.js'

export type IntegerName = 'int8' | 'int16' | 'int32'

/** How one weight is stored. */
export interface StoredFormat {
  readonly dtype: IntegerName
  readonly scheme: 'symmetric' | 'affine'
  /** Absent: one scale for the tensor. */
  readonly axis?: number
  /** How many scales there are. */
  readonly scales: number
}

/** What is stored and simulated in which integers. */
export interface FormatPlan {
  /** By weight name; a weight that is absent stays float32. */
  readonly weights: ReadonlyMap<string, StoredFormat>
  /** By layer (or `input`): its output is quantized. */
  readonly activations: ReadonlyMap<string, 'uint8' | 'int8'>
  readonly quantized: Quantized
  readonly faults: readonly Fault[]
}

type Rule = NonNullable<QuantizeConfig['rules']>[number]

const bytesOf: Readonly<Record<IntegerName, number>> = { int8: 1, int16: 2, int32: 4 }

const isKernel = (spec: WeightSpec): boolean => /(kernel|embeddings)$/i.test(spec.weight)

/** The axis of a kernel's output channels: a depthwise kernel's are those of its input, a recurrent kernel's those of its gates. */
const channelAxis = ({ axes, weight }: WeightSpec): number => {
  const role = weight === 'depthwiseKernel' ? 'in' : 'out'
  return axes.includes(role) ? axes.indexOf(role) : axes.length - 1
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const kernelFormat = (
  spec: WeightSpec,
  config: QuantizeConfig,
  rule: Rule | undefined,
): StoredFormat | undefined => {
  const dtype = rule?.weights ?? config.weights ?? config.parameters ?? 'int8'
  if (dtype === 'float32') return undefined
  const scheme = rule?.scheme ?? config.scheme
  const axis = (rule?.granularity ?? config.granularity) === 'channel' ? channelAxis(spec) : undefined
  return axis === undefined
    ? { dtype, scheme, scales: 1 }
    : { dtype, scheme, axis, scales: spec.shape[axis]! }
}

const kernelFormats = (
  specs: readonly WeightSpec[],
  config: QuantizeConfig,
  rules: ReadonlyMap<string, Rule>,
): Map<string, StoredFormat> => {
  const formats = new Map<string, StoredFormat>()
  for (const spec of specs.filter(isKernel)) {
    const format = kernelFormat(spec, config, rules.get(spec.layer))
    if (format) formats.set(spec.name, format)
  }
  return formats
}

/**
 * The tensors that are quantized: what enters a layer with a kernel, unless a rule keeps that layer's kernel, or the
 * output itself, in float32. An embedding's input holds indices and is left alone; logits enter no kernel.
 */
const activationFormats = (
  network: Network,
  kernels: ReadonlySet<string>,
  config: QuantizeConfig,
  rules: ReadonlyMap<string, Rule>,
): Map<string, 'uint8' | 'int8'> => {
  const formats = new Map<string, 'uint8' | 'int8'>()
  const reads = (node: LayerNode): boolean =>
    kernels.has(node.name) && node.type !== 'embedding' && rules.get(node.name)?.weights !== 'float32'
  for (const from of network.layers.filter(reads).flatMap(node => node.from)) {
    const dtype = (from === inputName ? undefined : rules.get(from)?.activations) ?? config.activations
    if (dtype !== undefined && dtype !== 'float32') formats.set(from, dtype)
  }
  return formats
}

/** The format of a bias: that of the sum it is added to, where this is a sum of integers. */
const biasFormat = (
  bias: WeightSpec,
  node: LayerNode,
  kernels: readonly StoredFormat[],
  activations: ReadonlyMap<string, unknown>,
): StoredFormat | undefined => {
  const [kernel] = kernels
  if (kernels.length !== 1 || kernel?.dtype !== 'int8') return undefined
  if (node.from.length !== 1 || !activations.has(node.from[0]!)) return undefined
  const whole = { dtype: 'int32', scheme: 'symmetric' } as const
  return kernel.scales === 1 ? { ...whole, scales: 1 } : { ...whole, axis: 0, scales: sizeOf(bias.shape) }
}

const leading = (counts: ReadonlyMap<string, number>): string | undefined =>
  [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0]

const summary = (
  specs: readonly WeightSpec[],
  weights: FormatPlan['weights'],
  activations: FormatPlan['activations'],
): Quantized => {
  const byWeights = new Map<string, number>()
  const byOutputs = new Map<string, number>()
  for (const { name, shape } of specs) {
    const dtype = weights.get(name)?.dtype
    if (dtype) byWeights.set(dtype, (byWeights.get(dtype) ?? 0) + sizeOf(shape))
  }
  for (const dtype of activations.values()) byOutputs.set(dtype, (byOutputs.get(dtype) ?? 0) + 1)
  const [most, mostOutputs] = [leading(byWeights), leading(byOutputs)]
  return { ...(most ? { weights: most } : {}), ...(mostOutputs ? { activations: mostOutputs } : {}) }
}

/** Decides what becomes of every weight and every layer's output of a network. */
export const planFormats = (network: Network, config: QuantizeConfig): FormatPlan => {
  const { nodes } = factsOfNetwork(network)
  const { byLayer, faults } = applyRules(config.rules, network)
  const specs = network.layers.flatMap(({ name }) => nodes.get(name)!.weights)
  const weights = kernelFormats(specs, config, byLayer)
  const kernels = new Set(specs.filter(isKernel).map(({ layer }) => layer))
  const activations = activationFormats(network, kernels, config, byLayer)
  for (const spec of specs.filter(each => !isKernel(each))) {
    const node = network.layers.find(({ name }) => name === spec.layer)!
    const own = specs.filter(each => each.layer === spec.layer && isKernel(each))
    const stored = own.flatMap(({ name }) => weights.get(name) ?? [])
    const format =
      (spec.weight === 'bias' ? biasFormat(spec, node, stored, activations) : undefined) ??
      (config.parameters
        ? ({ dtype: config.parameters, scheme: 'symmetric', scales: 1 } as const)
        : undefined)
    if (format) weights.set(spec.name, format)
  }
  const nothing: Fault[] =
    weights.size === 0 && activations.size === 0 && faults.length === 0
      ? [
          {
            code: 'nothing-to-quantize',
            message: 'these settings leave every weight and every output in float32',
            hint: 'Give `weights`, `parameters` or `activations`, or loosen the rules.',
          },
        ]
      : []
  return {
    weights,
    activations,
    quantized: summary(specs, weights, activations),
    faults: [...faults, ...nothing],
  }
}

/** Exact payload of the quantized weights: their numbers, a float64 for each scale, and one for each bias where affine. */
export const predictedBytes = (network: Network, plan: FormatPlan): number => {
  const { nodes } = factsOfNetwork(network)
  let bytes = 0
  for (const { weights } of nodes.values())
    for (const { name, shape } of weights) {
      const format = plan.weights.get(name)
      if (!format) bytes += 4 * sizeOf(shape)
      else
        bytes += bytesOf[format.dtype] * sizeOf(shape) + format.scales * (format.scheme === 'affine' ? 16 : 8)
    }
  return bytes
}
