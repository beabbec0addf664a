import type { Device } from '../../core/device.js'

type Env = Readonly<Record<string, string | undefined>>

/** TensorFlow takes memory of a GPU as it needs it, where it would take all of it at once; unless the user says otherwise. */
export const growing = (env: Env): Readonly<Record<string, string>> => ({
  TF_FORCE_GPU_ALLOW_GROWTH: env['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true',
})

/** The environment of a process that may see these devices alone. What the user has set stays: an index means what it meant to them. */
export const pinTo = (devices: readonly Device[], env: Env): Readonly<Record<string, string>> => ({
  ...growing(env),
  CUDA_VISIBLE_DEVICES: devices.map(({ pin }) => pin).join(','),
  CUDA_DEVICE_ORDER:
    env['CUDA_DEVICE_ORDER'] ?? (env['CUDA_VISIBLE_DEVICES'] ? 'FASTEST_FIRST' : 'PCI_BUS_ID'),
})

/** The environment of a process that computes on the processor, on a machine with GPUs too. */
export const withoutDevices: Readonly<Record<string, string>> = { CUDA_VISIBLE_DEVICES: '-1' }
