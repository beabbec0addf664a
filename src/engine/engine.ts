import type { EngineName } from '../core/engine-name.js'
import type { EnginePromise } from '../core/promise.js'

/** What a cheap probe found of one engine, without loading a tensor library. */
export interface EngineReport {
  readonly name: EngineName
  readonly available: boolean
  /** Version with the digest of our kernels. Empty where it is not available. */
  readonly version: string
  readonly promise: EnginePromise
  /** Why it is not available, in a sentence. */
  readonly why?: string
  /** What to do about it. */
  readonly hint?: string
  /** Why `auto` does not take it although it is available, in a sentence. */
  readonly notForAuto?: string
  /** Why it is slower here than it could be, as a clause. */
  readonly slow?: string
}

/** An engine at work in this thread: tfjs has one backend a thread. */
export interface Engine {
  readonly name: EngineName
  readonly version: string
  readonly promise: EnginePromise
  /** Bytes that the engine holds now (for wasm its whole memory, which never shrinks). */
  memory(): number
}
