// What we use of WebGPU, as Dawn's package gives it. Its own types would bind everybody to an optional package.

export interface AdapterInfo {
  /** `nvidia`, `mesa`. */
  readonly vendor: string
  /** `software` for lavapipe, else a family of GPUs. */
  readonly architecture: string
  readonly device: string
  /** The driver with its version. */
  readonly description: string
  readonly isFallbackAdapter?: boolean
}

export interface Adapter {
  readonly info: AdapterInfo
  readonly features: ReadonlySet<string>
  readonly limits: Readonly<Record<string, number>>
  requestDevice(wanted: {
    readonly requiredFeatures: readonly string[]
    readonly requiredLimits: Readonly<Record<string, number>>
  }): Promise<Device>
}

export interface DeviceError {
  readonly constructor: { readonly name: string }
  readonly message: string
}

export interface Device {
  readonly limits: Readonly<Record<string, number>>
  readonly queue: { onSubmittedWorkDone(): Promise<unknown> }
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  addEventListener(
    type: 'uncapturederror',
    take: (event: { readonly error: DeviceError; preventDefault(): void }) => void,
  ): void
  destroy(): void
}

export interface Gpu {
  requestAdapter(wanted: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>
}

export interface Dawn {
  readonly create: (flags: readonly string[]) => Gpu
  /** The classes and constants that a browser has as globals: `GPUBuffer`, `GPUBufferUsage`. */
  readonly globals: Readonly<Record<string, unknown>>
}

/** Dawn itself: native code, 20 MB, in this process from here on. `url` of the package's entry. Throws where it does not load. */
export const loadDawn = async (url: string): Promise<Dawn> => (await import(url)) as Dawn

/** The adapter that computes, the fastest that Dawn finds; null where it finds none. */
export const requestAdapter = (gpu: Gpu): Promise<Adapter | null> =>
  gpu.requestAdapter({ powerPreference: 'high-performance' })
