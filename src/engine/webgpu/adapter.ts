import type { AdapterInfo } from './dawn.js'
import type { Found } from './packages.js'

/** An adapter in a few words. */
export interface AdapterNote {
  readonly device: string
  /** The driver and its version. */
  readonly driver: string
  /** It computes on the processor: lavapipe, SwiftShader, WARP. */
  readonly software: boolean
}

const softwareNames = /llvmpipe|lavapipe|swiftshader|basic render/i

export const noteAdapter = ({
  device,
  description,
  architecture,
  isFallbackAdapter,
}: AdapterInfo): AdapterNote => ({
  device: device.replace(/-+$/, ''),
  driver: description.trim(),
  software:
    isFallbackAdapter === true ||
    architecture === 'software' ||
    softwareNames.test(`${device} ${description}`),
})

/** Counts the changes of our own kernels and gradients for WebGPU: they are part of the version. */
const ours = 1

/** Of the backend, our kernels, Dawn, the GPU and its driver: numbers may change with each. */
export const webgpuVersion = (backend: Found, dawn: Found, { device, driver }: AdapterNote): string =>
  `${backend.version}+${ours}, Dawn ${dawn.version}, ${[device, driver].filter(each => each !== '').join(', ')}`
