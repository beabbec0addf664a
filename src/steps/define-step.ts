import type { Static, TObject } from 'typebox'
import type { ArtifactType } from '../core/artifact.js'
import type { Fault } from '../core/problem.js'
import type { Figure, ModelDescription } from '../network/description.js'
import type { DatasetDescription } from '../sources/description.js'

/** One typed input of a kind. */
export interface Port {
  readonly type: ArtifactType
  readonly optional?: boolean
  /** Takes a list of references. */
  readonly list?: boolean
  /** The key takes a reference (a string) or a config value of the same name (a map), as `model` of train does. */
  readonly either?: boolean
  /** Words that the key takes beside a reference; a field of the same name declares them. */
  readonly words?: readonly string[]
  readonly description?: string
}

export const optional = (type: ArtifactType, description?: string): Port => ({
  type,
  optional: true,
  ...(description ? { description } : {}),
})
export const list = (type: ArtifactType, description?: string): Port => ({
  type,
  list: true,
  ...(description ? { description } : {}),
})
export const either = (type: ArtifactType, description?: string): Port => ({
  type,
  either: true,
  ...(description ? { description } : {}),
})
export const one = (type: ArtifactType, description?: string): Port => ({
  type,
  ...(description ? { description } : {}),
})

/** What is known of an artifact before it exists. */
export type Description =
  | ModelDescription
  | DatasetDescription
  | { readonly type: 'metrics' }
  | { readonly type: 'file'; readonly name?: string }

/** Inputs as a prediction sees them: by port, a list even for single ports; `from` is the instance. An input of a poisoned step has no description. */
export type DescribedInputs = Readonly<Record<string, readonly DescribedInput[]>>

export interface DescribedInput {
  readonly from: string
  readonly description?: Description
  /** Payload of the artifact, where it is there already. */
  readonly bytes?: number
}

export interface Prediction {
  /** By output; an output that cannot be predicted is absent. */
  readonly outputs: Readonly<Record<string, Description>>
  readonly faults?: readonly Fault[]
}

/** Bytes at the peak of a run; a member that nobody can tell is absent. */
export interface MemoryNeed {
  /** All of them, beside what a process of its lane takes when it does nothing. */
  readonly bytes?: Figure | undefined
  /** Those that the engine holds itself: what is there of the wasm engine ends at 4 GiB. */
  readonly engine?: Figure | undefined
}

/** Multiply–accumulates of a run: what its time follows from. */
export interface Work {
  /** Of training: forward passes and both gradients. */
  readonly training: number
  /** Of forward passes alone. */
  readonly inference: number
  /** Do weights take part in many products of an example, as those of convolutions and recurrent layers? */
  readonly reuses: boolean
}

/** What reading the headers of the config's files gave. */
export interface Inspection {
  /** Absolute paths of every file that the step will read: the ones named and the ones that these name. */
  readonly files: readonly string[]
  readonly faults?: readonly Fault[]
  /** Handed to `predict`. */
  readonly found?: unknown
}

export interface StepSpec<P extends TObject = TObject> {
  readonly kind: string
  /** Counts up when the same inputs give another output. */
  readonly revision: number
  /** The kind's own fields, without ports and meta keys; `additionalProperties: false`; its description is the kind's. */
  readonly params: P
  /** `compute` unless it only moves bytes (`io`). `gpu`: compute, in a device's process when the engine is native or webgpu. */
  readonly lane: 'compute' | 'gpu' | 'io'
  readonly consumes: Readonly<Record<string, Port>>
  /** The first is what a bare `step` reference means. */
  readonly produces: Readonly<Record<string, ArtifactType>>
  /** Engine and its version enter the key. */
  readonly computes: boolean
  /** Draws random numbers: the derived seed enters the key. */
  readonly draws: boolean
  /** A run takes long, and keeps checkpoints that it goes on from: its steps may have the key `checkpoint`. */
  readonly checkpoints?: boolean
  /**
   * Its config has a `batchSize`, and its run can take a batch in parts of `microBatch` examples (see `StepFile`) without
   * another meaning: its steps may have the key `onOutOfMemory`.
   */
  readonly microBatches?: boolean
  /** Runs with nothing beside it. */
  readonly exclusive?: boolean
  /** Its result holds for this machine only: the machine class enters the key. */
  readonly perMachine?: boolean
  /** A list port: one instance for each of its members, named `id[member]`, whose metrics are about that member's model. */
  readonly expands?: string
  /** A list port: the output is one of its members, which the executor chooses by their metrics. Nothing is computed. */
  readonly chooses?: string
  /** It is no step of its own: the language puts the steps of another recipe in its place. */
  readonly composes?: boolean
  /** Names of the metrics that it measures, for the names inside gates. */
  measures?(config: Static<P>): readonly string[]
  /** Reads headers of the config's files; never a body. Absence: the files are the path fields. */
  inspect?(config: Static<P>): Promise<Inspection>
  /** Shapes, costs and faults from what is known before anything runs. Pure. */
  predict(config: Static<P>, inputs: DescribedInputs, found?: unknown): Prediction
  /**
   * What a run will hold at its peak, where that can be estimated from what `predict` was given and gave. Pure. Asked
   * only of a step all of whose inputs and outputs are described.
   */
  memory?(config: Static<P>, inputs: DescribedInputs, outputs: Prediction['outputs']): MemoryNeed
  /** What a run computes, where that can be estimated; asked like `memory`. Pure. Absence: little, or nobody knows. */
  work?(config: Static<P>, inputs: DescribedInputs, outputs: Prediction['outputs']): Work | undefined
  /** A plug-in's module, which exports `run`: `import.meta.url`. Absence: one of our own kinds. */
  readonly module?: string
}

/** A spec of any kind, as tables of kinds hold it. */
export type AnyStepSpec = StepSpec

type Ports = Readonly<Record<string, ArtifactType | Port>>

/** What an author writes: ports may be bare types, and what is usual may be left out. */
export type StepDefinition<P extends TObject> = Omit<
  StepSpec<P>,
  'consumes' | 'lane' | 'computes' | 'draws' | 'predict'
> & {
  readonly lane?: StepSpec['lane']
  readonly consumes?: Ports
  readonly computes?: boolean
  readonly draws?: boolean
  readonly predict?: StepSpec<P>['predict']
}

/** Declares a step kind: the one place where its schema, ports, lane and cost live. */
export const defineStep = <P extends TObject>(definition: StepDefinition<P>): StepSpec<P> => ({
  lane: 'compute',
  computes: false,
  draws: false,
  predict: () => ({ outputs: {} }),
  ...definition,
  consumes: Object.fromEntries(
    Object.entries(definition.consumes ?? {}).map(([name, port]) => [
      name,
      typeof port === 'string' ? { type: port } : port,
    ]),
  ),
})
