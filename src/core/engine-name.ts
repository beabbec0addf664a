import { didYouMean } from './nearest.js'

/** The engines that can compute a step, fastest first as `auto` tries them. `cpu` is never chosen by `auto`. */
export const engineNames = ['native', 'webgpu', 'wasm', 'cpu'] as const
export type EngineName = (typeof engineNames)[number]

/** What a recipe or `--engine` may ask for. */
export const engineChoices = ['auto', ...engineNames] as const

/** What engines are called elsewhere; "gpu" is no slip of "cpu". */
const otherNames: Readonly<Record<string, string>> = {
  gpu: '`native` computes on NVIDIA GPUs, `webgpu` on GPUs of every maker.',
  ...Object.fromEntries(
    ['cuda', 'nvidia', 'tensorflow', 'tf', 'node', 'tfjs-node', 'tfjs-node-gpu', 'libtensorflow'].map(
      name => [
        name,
        'Did you mean "native"? It computes with TensorFlow\'s own library, on NVIDIA GPUs with CUDA.',
      ],
    ),
  ),
  ...Object.fromEntries(
    ['vulkan', 'metal', 'dawn', 'directx', 'd3d12', 'webgl', 'amd', 'intel'].map(name => [
      name,
      'Did you mean "webgpu"? It computes on GPUs of every maker.',
    ]),
  ),
  webassembly: 'Did you mean "wasm"?',
  javascript: 'Did you mean "cpu"?',
  js: 'Did you mean "cpu"?',
}

/** What is said to somebody who asks for an engine that there is not; undefined: nothing better than the list. */
export const engineHint = (word: string): string | undefined =>
  otherNames[word.toLowerCase()] ?? didYouMean(word, engineChoices)

/** An engine after `auto` is resolved. */
export interface EngineChoice {
  readonly name: EngineName
  /** Version of the engine with the digest of our kernels: part of the key of a step that computes. */
  readonly version: string
}
