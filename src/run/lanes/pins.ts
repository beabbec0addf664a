import type { Device } from '../../core/device.js'

type Env = Readonly<Record<string, string | undefined>>

/** The environment of a process that may see these devices alone. What the user has set stays: an index means what it meant to them. */
export const pinTo = (devices: readonly Device[], env: Env): Readonly<Record<string, string>> => ({
  CUDA_VISIBLE_DEVICES: devices.map(({ pin }) => pin).join(','),
  CUDA_DEVICE_ORDER:
    env['CUDA_DEVICE_ORDER'] ?? (env['CUDA_VISIBLE_DEVICES'] ? 'FASTEST_FIRST' : 'PCI_BUS_ID'),
})

/** The environment of a process that computes on the processor, on a machine with GPUs too. */
export const withoutDevices: Readonly<Record<string, string>> = { CUDA_VISIBLE_DEVICES: '-1' }
