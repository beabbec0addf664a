import { readdirSync } from 'node:fs'
import type { Device, FoundDevices } from '../core/device.js'
import { askSmi, queryGpus, readList, type Smi } from './nvidia-smi.js'

type Env = Readonly<Record<string, string | undefined>>

/** What the machine is asked. */
export interface DeviceSources {
  readonly smi: Smi
  /** How many GPUs the driver made files for. */
  readonly files: () => number
}

const sources: DeviceSources = {
  smi: askSmi,
  files: () => {
    try {
      return readdirSync('/dev').filter(name => /^nvidia\d+$/.test(name)).length
    } catch {
      return 0
    }
  },
}

const plural = (count: number): string => `${count} GPU${count === 1 ? '' : 's'}`

const listed = async ({ smi, files }: DeviceSources): Promise<FoundDevices> => {
  const said = await smi('-L')
  if ('why' in said) {
    const count = files()
    const devices = Array.from({ length: count }, (_, at) => ({ pin: String(at), name: `GPU ${at}` }))
    return count > 0
      ? { devices, how: `nvidia-smi does not answer, and /dev has files of ${plural(count)}` }
      : { devices, how: 'there is no nvidia-smi that answers, and /dev has no file of a GPU' }
  }
  const found = readList(said.text)
  if (found.length === 0) return { devices: [], how: 'nvidia-smi lists no GPU' }
  const { gpus } = await queryGpus(smi)
  const devices = found.map(device => {
    const memory = gpus.find(({ uuid }) => uuid === device.pin)?.memory
    return memory === undefined ? device : { ...device, memory }
  })
  return { devices, how: `nvidia-smi lists ${plural(devices.length)}` }
}

/** Those that `CUDA_VISIBLE_DEVICES` leaves, in its order. As with CUDA, the first entry that names none ends the list. */
const visible = (all: readonly Device[], wanted: string): readonly Device[] => {
  const devices: Device[] = []
  for (const entry of wanted.split(',').map(each => each.trim())) {
    const isIndex = /^\d+$/.test(entry)
    // UUIDs may be cut short as long as they name one GPU.
    const found = isIndex ? all[Number(entry)] : all.find(({ pin }) => entry !== '' && pin.startsWith(entry))
    if (!found || devices.some(({ pin }) => pin === entry)) break
    // Kept as it is written: which GPU an index means hangs on CUDA_DEVICE_ORDER, which the process inherits.
    devices.push({ ...found, pin: entry })
  }
  return devices
}

/**
 * The GPUs that steps of this machine may use, without loading anything of CUDA's: what `nvidia-smi` lists, less what
 * the user's `CUDA_VISIBLE_DEVICES` hides. `TRIMTAB_DEVICES` (`0,1`, `none`) names them instead, unchecked. Takes up to
 * a second where there is a driver, and next to nothing where there is none.
 */
export const findDevices = async (
  env: Env = process.env,
  from: DeviceSources = sources,
): Promise<FoundDevices> => {
  const named = env['TRIMTAB_DEVICES']
  if (named !== undefined && named.trim() !== '') {
    const pins = named.trim() === 'none' ? [] : named.split(',').map(each => each.trim())
    return {
      devices: pins.filter(pin => pin !== '').map(pin => ({ pin, name: `device ${pin}` })),
      how: `TRIMTAB_DEVICES says ${named.trim()}`,
    }
  }
  const wanted = env['CUDA_VISIBLE_DEVICES']
  if (wanted !== undefined && (wanted.trim() === '' || wanted.trim() === '-1'))
    return { devices: [], how: 'CUDA_VISIBLE_DEVICES hides all GPUs' }
  const { devices, how } = await listed(from)
  if (wanted === undefined || devices.length === 0) return { devices, how }
  const left = visible(devices, wanted)
  return { devices: left, how: `${how}, and CUDA_VISIBLE_DEVICES (${wanted}) leaves ${left.length}` }
}
