/** A GPU that a lane's process can be given alone. */
export interface Device {
  /** What `CUDA_VISIBLE_DEVICES` calls it: a UUID, or an index. */
  readonly pin: string
  /** `NVIDIA H100 80GB HBM3`; for people. */
  readonly name: string
  /** Bytes of its memory; absent: not known. */
  readonly memory?: number
}

/** The GPUs of this machine, and how they were looked for. */
export interface FoundDevices {
  readonly devices: readonly Device[]
  /** What was looked at and found, in a clause: `nvidia-smi lists 2 GPUs`. */
  readonly how: string
}
