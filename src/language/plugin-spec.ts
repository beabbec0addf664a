import { Ajv2020 } from 'ajv/dist/2020.js'
import { defineStep, type AnyStepSpec, type Inspection, type Prediction } from '../steps/define-step.js'
import { describeValue } from './node.js'
import { artifactTypes } from './schema.js'
import { isMetaKey } from './step-schema.js'

type Fields = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** True for an exported value that is meant as a step kind, right or wrong. */
export const isMeantAsSpec = (value: unknown): value is Fields =>
  isMap(value) &&
  typeof value !== 'function' &&
  ('kind' in value || ('params' in value && 'produces' in value))

const name = /^[A-Za-z][A-Za-z0-9_-]*$/
const isType = (value: unknown): boolean => artifactTypes.some(type => type === value)
const types = artifactTypes.join(', ')

const lanes = new Set<unknown>(['compute', 'gpu', 'io', undefined])
const flags = ['computes', 'draws', 'checkpoints', 'microBatches', 'exclusive', 'perMachine']
const functions = ['measures', 'inspect', 'predict']

/** What the planner and the executor do for kinds of our own alone. */
const own = ['chooses']

const paramsFault = (params: unknown): string | undefined => {
  if (!isMap(params)) return `params must be a JSON Schema (Type.Object), and is ${describeValue(params)}`
  if (params['type'] !== 'object' || !isMap(params['properties']))
    return 'params must be the JSON Schema of an object, with `type: object` and `properties`'
  const taken = Object.keys(params['properties']).find(isMetaKey)
  if (taken !== undefined) return `params has "${taken}", which every step has already`
  try {
    new Ajv2020({ strict: false, addUsedSchema: false }).compile(params)
  } catch (error) {
    const [first = ''] = sayError(error).split(', data')
    return `params is no JSON Schema: ${first.replace('schema is invalid: data/', '')}`
  }
  return undefined
}

const consumesFault = (consumes: unknown, expands: unknown): string | undefined => {
  if (consumes !== undefined && !isMap(consumes))
    return `consumes must be a map of ports, and is ${describeValue(consumes)}`
  const ports = consumes ?? {}
  for (const [port, value] of Object.entries(ports)) {
    if (!name.test(port)) return `consumes has "${port}", which is no name`
    if (isMetaKey(port)) return `consumes has "${port}", which every step has already`
    const type = isMap(value) ? value['type'] : value
    if (!isType(type)) return `consumes.${port} must be one of ${types}, and is ${describeValue(type)}`
  }
  if (expands === undefined) return undefined
  const listed = typeof expands === 'string' && Object.hasOwn(ports, expands) ? ports[expands] : undefined
  return isMap(listed) && listed['list'] === true ? undefined : 'expands must name a list port of consumes'
}

const producesFault = (produces: unknown): string | undefined => {
  if (!isMap(produces)) return `produces must be a map of outputs, and is ${describeValue(produces)}`
  for (const [output, type] of Object.entries(produces)) {
    if (!name.test(output)) return `produces has "${output}", which is no name`
    if (!isType(type)) return `produces.${output} must be one of ${types}, and is ${describeValue(type)}`
  }
  return undefined
}

/** What is wrong with the shape of a step kind; undefined where nothing is. */
export const specFault = (value: Fields): string | undefined => {
  const { kind, revision } = value
  if (typeof kind !== 'string' || !name.test(kind))
    return `kind must be a name of letters and digits, and is ${describeValue(kind)}`
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1)
    return `revision must be a whole number from 1, and is ${describeValue(revision)}`
  const fault =
    paramsFault(value['params']) ??
    consumesFault(value['consumes'], value['expands']) ??
    producesFault(value['produces'])
  if (fault !== undefined) return fault
  if (!lanes.has(value['lane']))
    return `lane must be compute, gpu or io, and is ${describeValue(value['lane'])}`
  for (const flag of flags)
    if (value[flag] !== undefined && typeof value[flag] !== 'boolean')
      return `${flag} must be true or false, and is ${describeValue(value[flag])}`
  for (const each of functions)
    if (value[each] !== undefined && typeof value[each] !== 'function')
      return `${each} must be a function, and is ${describeValue(value[each])}`
  const foreign = own.find(key => value[key] !== undefined)
  return foreign === undefined ? undefined : `${foreign} is for kinds of Trimtab's own`
}

/** Whatever a plug-in throws, in one line; which file asked for what is missing is the plug-in that is told of. */
export const sayError = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.replace(/ imported from \S+$/, '')

/** A kind whose functions hand back faults where a plug-in's would throw: a user's fault is no bug of ours. */
const guarded = (spec: AnyStepSpec): AnyStepSpec => {
  const fault = (what: string, error: unknown) => ({
    code: 'plugin-broken',
    message: `kind "${spec.kind}" cannot ${what}: ${sayError(error)}`,
  })
  const predict = (...given: Parameters<AnyStepSpec['predict']>): Prediction => {
    try {
      return spec.predict(...given)
    } catch (error) {
      return { outputs: {}, faults: [fault('predict what it makes', error)] }
    }
  }
  const measures = (config: Record<string, unknown>): readonly string[] => {
    try {
      return spec.measures?.(config) ?? []
    } catch {
      return []
    }
  }
  const inspect = async (config: Record<string, unknown>): Promise<Inspection> => {
    try {
      return (await spec.inspect?.(config)) ?? { files: [] }
    } catch (error) {
      return { files: [], faults: [fault('read its files', error)] }
    }
  }
  return {
    ...spec,
    predict,
    ...('measures' in spec ? { measures } : {}),
    ...('inspect' in spec ? { inspect } : {}),
  }
}

/** A sound value as the spec of a plug-in. `module`: where its `run` is. */
export const specOf = (value: Fields, module: string): AnyStepSpec => {
  const given = Object.entries(value).filter(([, each]) => each !== undefined)
  return guarded(defineStep({ ...(Object.fromEntries(given) as unknown as AnyStepSpec), module }))
}
