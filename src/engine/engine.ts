import type { EngineName } from '../core/engine-name.js'

/** What an engine promises of its numbers: the same bits from run to run, or a bound on the relative difference. */
export type Promise_ = { readonly kind: 'bitwise' } | { readonly kind: 'tolerance'; readonly figure: number }

/** What a cheap probe found of one engine, without loading a tensor library. */
export interface EngineReport {
  readonly name: EngineName
  readonly available: boolean
  /** Version with the digest of our kernels. Empty where it is not available. */
  readonly version: string
  readonly promise: Promise_
  /** Why it is not available, in a sentence. */
  readonly why?: string
  /** What to do about it. */
  readonly hint?: string
}

/** An engine at work in this thread: tfjs has one backend a thread. */
export interface Engine {
  readonly name: EngineName
  readonly version: string
  readonly promise: Promise_
  /** Bytes that the engine holds now (for wasm its whole memory, which never shrinks). */
  memory(): number
}
