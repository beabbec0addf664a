import type { EngineName } from './engine-name.js'

/** What this machine is, as far as engines care. */
export interface MachineFacts {
  /** `linux 6.1.0 x64` */
  readonly system: string
  /** `Debian GNU/Linux 12 (bookworm)`; absent where the system does not say. */
  readonly distribution?: string
  /** `glibc 2.36`, `musl`; absent where the system has neither. */
  readonly libc?: string
  readonly processor: string
  /** Cores that this process may use. */
  readonly cores: number
  /** Vector instructions that engines use, as the system names them; empty where it does not say. */
  readonly simd: readonly string[]
  /** Bytes; `limit` where a container has one. */
  readonly memory: { readonly total: number; readonly free: number; readonly limit?: number }
  readonly node: string
  /** Does Node run WebAssembly with SIMD? */
  readonly wasmSimd: boolean
}

/** A GPU as its driver names it. */
export interface GpuFacts {
  readonly name: string
  /** Bytes. */
  readonly memory?: number
  readonly driver?: string
  /** CUDA's compute capability: `9.0`. */
  readonly capability?: string
}

/** Something that an engine is made of: a package, an addon, a library. */
export interface PartFacts {
  readonly name: string
  /** Absent: it is not here. */
  readonly version?: string
  readonly note?: string
}

/** What a native engine is built with. */
export interface BuildFacts {
  /** The folder where engines lie, and new ones go; it need not exist. */
  readonly engines: string
  /** Bytes that are free on its disk. */
  readonly free?: number
  /** `c++ (Debian 12.2.0-14) 12.2.0`; absent: there is none. */
  readonly compiler?: string
  /** `pip 24.0 of Python 3.11`; absent: there is none, and Trimtab asks the Python index itself. */
  readonly pip?: string
}

/** A short true training of one engine, in a process of its own. */
export type EngineTrial =
  | {
      readonly works: true
      /** Largest relative difference to the cpu engine of any weight after three Adam steps. */
      readonly difference: number
      /** Examples that a training step takes in a second. */
      readonly rate: number
      /** Milliseconds to open it. */
      readonly opened: number
      readonly memory: number
      /** `rate` with `mixedPrecision`; absent where the engine has none. */
      readonly mixed?: Readonly<Record<'float16' | 'bfloat16', number>>
      /** How it computes: `as a graph`, `operation by operation: WHY`. */
      readonly mode: string
    }
  | { readonly works: false; readonly why: string; readonly mend?: string }

export interface EngineFacts {
  readonly name: EngineName
  readonly available: boolean
  readonly version: string
  readonly promise: string
  /** Why it is not available, or why `auto` passes it by. */
  readonly why?: string
  /** The one command that mends it. */
  readonly mend?: string
  /** Absent where it is not available. */
  readonly trial?: EngineTrial
}

/** All that `trimtab doctor` finds. */
export interface DoctorReport {
  /** Trimtab's own. */
  readonly version: string
  /** The folder of Trimtab's package. */
  readonly home: string
  readonly machine: MachineFacts
  readonly gpus: readonly GpuFacts[]
  /** How GPUs were looked for, and Vulkan: sentences without their full stop. */
  readonly looked: readonly string[]
  readonly parts: readonly PartFacts[]
  readonly build: BuildFacts
  /** Variables of the environment that are set and change what engines do. */
  readonly settings: Readonly<Record<string, string>>
  readonly engines: readonly EngineFacts[]
  readonly auto: { readonly engine?: EngineName; readonly why: string }
}
