import type { Digest, InstanceId, Key } from '../core/brand.js'
import type { Moment } from '../core/checkpoint.js'
import type { Outcome } from '../core/event.js'
import type { EngineChoice, EngineName } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { EnginePromise } from '../core/promise.js'
import type { FileRef, StepOutput } from '../core/step-file.js'
import type { Verdict } from '../core/verdict.js'

/** What became of one instance. */
export interface InstanceRecord {
  readonly instance: InstanceId
  readonly step: string
  readonly kind: string
  readonly status: 'reused' | 'finished' | 'failed' | 'skipped'
  readonly key?: Key
  /** Resolved config, as it ran; paths are absolute. */
  readonly config: Readonly<Record<string, unknown>>
  /** What enters its key besides its config and inputs: revision, seed, engine, machine class, a plug-in's code. */
  readonly identity?: Readonly<Record<string, unknown>>
  /** The user's files that it reads. Absent: none. */
  readonly files?: readonly FileRef[]
  readonly inputs: Readonly<Record<string, readonly InstanceId[]>>
  /** For `scores[int8]`: the instance whose model its metrics are about. */
  readonly about?: InstanceId
  /** Labels by axis of its matrix; absent where it has none. */
  readonly axes?: Readonly<Record<string, string>>
  /** Of the run that made it. */
  readonly seconds?: number
  readonly attempts?: number
  /** The checkpoint that it went on from, by epochs and steps done. Absent: it ran from its beginning. */
  readonly resumed?: Moment
  readonly output?: StepOutput
  readonly problems?: readonly Problem[]
  readonly reason?: string
}

/** A text that a recipe is made of, kept as an object of the store. */
export interface SourceRef {
  /** From the project's folder, with `/`; absolute where it lies outside, `trimtab:NAME` for a recipe that ships. */
  readonly path: string
  readonly digest: Digest
  readonly bytes: number
}

/** A run, whole: what was asked, where, what happened, what came out, what was judged. Plain JSON (`schemas/run-record.schema.json`). */
export interface RunRecord {
  readonly version: 2
  readonly id: string
  readonly started: string
  readonly seconds: number
  readonly outcome: Outcome
  readonly asked: {
    readonly recipe: string
    readonly recipeDigest: string
    /** Folder that paths of sources start from. */
    readonly project: string
    /** The recipe, what it extends and uses, and the code of its plug-ins. Empty where the run kept none. */
    readonly sources: readonly SourceRef[]
    /** Engine of steps that name none. */
    readonly engine: EngineName | 'auto'
    readonly description?: string
    readonly params: Readonly<Record<string, unknown>>
    readonly set: Readonly<Record<string, unknown>>
    readonly only?: readonly string[]
    /** Labels of the values that `--sweep` gave to params. */
    readonly sweep?: Readonly<Record<string, readonly string[]>>
  }
  readonly where: {
    readonly trimtab: string
    readonly node: string
    readonly engine: EngineChoice
    /** CPU model, cores, platform: what a latency depends on. */
    /** What that engine promises; absent in records of before it was kept. */
    readonly promise?: EnginePromise
    readonly machine: string
    readonly commit?: string
    readonly dirty?: boolean
  }
  readonly instances: readonly InstanceRecord[]
  readonly verdicts: readonly Verdict[]
  readonly problems: readonly Problem[]
}
