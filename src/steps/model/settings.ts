import { activationNames } from '../../network/fields.js'
import type { LayerType } from '../../network/layer-type.js'

type Json = Readonly<Record<string, unknown>>

/** Settings that decide nothing about what a trained layer computes, or that stand elsewhere in our network. */
const idle =
  /^(name|trainable|dtype|batch_input_shape|batch_shape|batch_size|sparse|ragged|seed|implementation|unroll|input_length|input_dtype|rank|synchronized|registered_name|zero_output_for_mask|autocast|num_constants|input_spec)$|(initializer|regularizer|constraint)$/

/** Values of settings that the catalogue does not have, under which a layer does what the catalogue's does. */
const neutral: Readonly<Record<string, unknown>> = {
  data_format: 'channels_last',
  groups: 1,
  negative_slope: 0,
  threshold: 0,
  stateful: false,
  return_state: false,
  mask_zero: false,
  reset_after: false,
  time_major: false,
  renorm: false,
  rms_scaling: false,
  keepdims: false,
  supports_masking: false,
}

const camel = (text: string): string =>
  text.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const activation = (value: unknown): unknown => {
  const name = typeof value === 'object' && value !== null ? (value as Json)['class_name'] : value
  if (name === null || name === undefined) return 'linear'
  if (typeof name !== 'string') return name
  const ours = (activationNames as readonly string[]).includes(name) ? name : camel(name)
  return ours === 'Linear' ? 'linear' : ours
}

const ones = (value: unknown): boolean =>
  value === 1 || (Array.isArray(value) && value.every(each => each === 1))

const isNeutral = (key: string, value: unknown): boolean =>
  value === null || value === undefined || neutral[key] === value || (key === 'dilation_rate' && ones(value))

/** A lone axis in a list, as tfjs writes it once a layer is built. */
const single = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value)

export interface Settings {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings under which the layer does what ours cannot, as text. */
  readonly foreign: readonly string[]
  /** The axis of a layer that ours has on the last axis alone: to be checked once the shape is known. */
  readonly lastAxis?: number
}

/** A layer's settings in Keras's words (`kernel_size`) as the catalogue has them (`kernelSize`). */
export const translateSettings = (type: LayerType, keras: Json): Settings => {
  const known = new Set(Object.keys(type.params.properties))
  const config: Record<string, unknown> = {}
  const foreign: string[] = []
  let lastAxis: number | undefined
  for (const [key, written] of Object.entries(keras)) {
    if (idle.test(key)) continue
    const name = camel(key)
    const value = key === 'axis' ? single(written) : written
    if (key === 'axis' && ['layerNormalization', 'softmax'].includes(type.type)) {
      if (typeof value === 'number') lastAxis = value
      else foreign.push(`${key} = ${JSON.stringify(written)}`)
    } else if (!known.has(name)) {
      if (!isNeutral(key, value)) foreign.push(`${key} = ${JSON.stringify(written)}`)
    } else if (/activation$/i.test(name)) config[name] = activation(value)
    else if (value !== null) config[name] = value
  }
  return { config, foreign, ...(lastAxis === undefined ? {} : { lastAxis }) }
}
