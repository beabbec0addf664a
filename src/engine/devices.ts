import { readdirSync } from 'node:fs'
import type { Device, FoundDevices } from '../core/device.js'
import { askSmi } from './smi.js'

type Env = Readonly<Record<string, string | undefined>>

/** What `nvidia-smi` prints, and the device files of the driver where it is not there. */
export interface DeviceSources {
  /** Undefined: there is none, it failed, or it took too long. */
  readonly smi: (...args: readonly string[]) => Promise<string | undefined>
  /** How many GPUs the driver made files for. */
  readonly files: () => number
}

const sources: DeviceSources = {
  smi: async (...args) => {
    const answer = await askSmi(args)
    return 'text' in answer ? answer.text : undefined
  },
  files: () => {
    try {
      return readdirSync('/dev').filter(name => /^nvidia\d+$/.test(name)).length
    } catch {
      return 0
    }
  },
}

/**
 * `nvidia-smi -L` in the order of its list. A GPU that is cut into MIG slices is given by its slices: CUDA takes no
 * step on the whole of it.
 */
export const readList = (text: string): Device[] => {
  const devices: Device[] = []
  let whole: { readonly device: Device; hasSlices: boolean } | undefined
  const close = (): void => {
    if (whole && !whole.hasSlices) devices.push(whole.device)
  }
  for (const line of text.split('\n')) {
    const gpu = /^GPU \d+: (.*) \(UUID: (GPU-[^)]+)\)/.exec(line)
    if (gpu) {
      close()
      whole = { device: { pin: gpu[2]!, name: gpu[1]! }, hasSlices: false }
      continue
    }
    const slice = /^\s+MIG (\S+)\s.*\(UUID: (MIG-[^)]+)\)/.exec(line)
    if (!slice || !whole) continue
    whole.hasSlices = true
    devices.push({ pin: slice[2]!, name: `${whole.device.name}, MIG ${slice[1]}` })
  }
  close()
  return devices
}

/** Bytes by UUID, from `--query-gpu=uuid,memory.total --format=csv,noheader,nounits` (MiB). */
const readMemory = (text: string | undefined): ReadonlyMap<string, number> =>
  new Map(
    [...(text ?? '').matchAll(/^(GPU-[^,\s]+), *(\d+)/gm)].map(([, uuid, mebi]) => [
      uuid!,
      Number(mebi) * 2 ** 20,
    ]),
  )

const plural = (count: number): string => `${count} GPU${count === 1 ? '' : 's'}`

const listed = async ({ smi, files }: DeviceSources): Promise<FoundDevices> => {
  const text = await smi('-L')
  if (text === undefined) {
    const count = files()
    const devices = Array.from({ length: count }, (_, at) => ({ pin: String(at), name: `GPU ${at}` }))
    return count > 0
      ? { devices, how: `nvidia-smi does not answer, and /dev has files of ${plural(count)}` }
      : { devices, how: 'there is no nvidia-smi that answers, and /dev has no file of a GPU' }
  }
  const found = readList(text)
  if (found.length === 0) return { devices: [], how: 'nvidia-smi lists no GPU' }
  const memory = readMemory(await smi('--query-gpu=uuid,memory.total', '--format=csv,noheader,nounits'))
  const devices = found.map(device => {
    const bytes = memory.get(device.pin)
    return bytes === undefined ? device : { ...device, memory: bytes }
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
