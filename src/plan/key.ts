import type { Digest, Key } from '../core/brand.js'
import type { EngineChoice } from '../core/engine-name.js'
import { digestValue } from '../core/hash.js'
import type { FileRef, StepInput } from '../core/step-file.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { ModuleIdentity } from './module-graph.js'
import type { Instance } from './plan.js'

export interface IdentityOptions {
  readonly spec: AnyStepSpec
  readonly config: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, FileRef>>
  readonly seed: number
  readonly engine: EngineChoice
  readonly machine: string
  /** Of a plug-in: its files, and the packages that they import. */
  readonly module?: ModuleIdentity
}

/** A config with every path to a known file replaced by what lies there: moving or renaming a file changes no key. */
const byContent = (value: unknown, files: Readonly<Record<string, FileRef>>): unknown => {
  if (typeof value === 'string') {
    const file = Object.hasOwn(files, value) ? files[value] : undefined
    return file ? { file: file.digest } : value
  }
  if (Array.isArray(value)) return value.map(each => byContent(each, files))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, byContent(each, files)]))
  return value
}

const strings = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(strings)
      : []

/**
 * What enters a key besides the inputs. Instance names, `when`, `needs`, threads, timeouts and paths do not:
 * they change no bit of the output.
 */
export const identityOf = (options: IdentityOptions): Readonly<Record<string, unknown>> => {
  const { spec, config, files, seed, engine, machine, module } = options
  const named = new Set(strings(config))
  // Files that a named file names in turn (the shards of a model), in the order in which they are read.
  const further = Object.values(files).filter(({ path }) => !named.has(path))
  return {
    kind: spec.kind,
    revision: spec.revision,
    config: byContent(config, files),
    ...(further.length > 0 ? { files: further.map(({ digest }) => digest) } : {}),
    ...(spec.draws ? { seed } : {}),
    ...(spec.computes ? { engine: { name: engine.name, version: engine.version } } : {}),
    ...(spec.perMachine ? { machine } : {}),
    ...(module === undefined ? {} : { module }),
  }
}

/** What entered the key of an instance that a record tells of, but for its inputs: as `identityOf` gave it when it ran. */
export const recordedIdentity = ({
  identity = {},
  config,
  files = [],
}: Pick<InstanceRecord, 'identity' | 'config' | 'files'>): Readonly<Record<string, unknown>> => ({
  ...identity,
  config: byContent(config, Object.fromEntries(files.map(file => [file.path, file]))),
})

/** The key of an instance whose inputs are there, and what it is made of, field by field. */
export const keyOf = (
  instance: Pick<Instance, 'identity'>,
  inputs: Readonly<Record<string, readonly { readonly artifact: Pick<StepInput['artifact'], 'digest'> }[]>>,
): { readonly key: Key; readonly parts: Readonly<Record<string, unknown>> } => {
  const digests = Object.entries(inputs).map(([port, list]) => [
    port,
    list.map(({ artifact }) => artifact.digest),
  ])
  const parts = { ...instance.identity, inputs: Object.fromEntries(digests) as Record<string, Digest[]> }
  return { key: digestValue(parts) as string as Key, parts }
}
