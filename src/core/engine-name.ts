/** The engines that can compute a step, fastest first as `auto` tries them. `cpu` is never chosen by `auto`. */
export const engineNames = ['native', 'webgpu', 'wasm', 'cpu'] as const
export type EngineName = (typeof engineNames)[number]

/** An engine after `auto` is resolved. */
export interface EngineChoice {
  readonly name: EngineName
  /** Version of the engine with the digest of our kernels: part of the key of a step that computes. */
  readonly version: string
}
