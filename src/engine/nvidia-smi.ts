import { execFile } from 'node:child_process'
import type { Device } from '../core/device.js'
import type { GpuFacts } from '../core/doctor.js'

/** What `nvidia-smi` printed, or why it did not, in a clause. */
export type Said = { readonly text: string } | { readonly why: string }

/** Runs `nvidia-smi`. */
export type Smi = (...args: readonly string[]) => Promise<Said>

/** Milliseconds that it may take: without its daemon it wakes each GPU first. */
const patience = 10_000

/** One line for a terminal: no control characters of what is not ours. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\uFFFD]+/gu, ' ').trim()

/** It is never waited for longer than its patience, whatever it has started itself. */
export const askSmi: Smi = (...args) =>
  new Promise(resolve => {
    const child = execFile('nvidia-smi', args, { windowsHide: true }, (error, stdout, stderr) => {
      clearTimeout(timer)
      if (!error) resolve({ text: stdout })
      else if (error.code === 'ENOENT') resolve({ why: 'nvidia-smi is not installed' })
      else {
        const said = printable((stderr || stdout || error.message).trim().split('\n')[0]!)
        resolve({ why: `nvidia-smi fails: ${said.slice(0, 200).replace(/\.$/, '')}` })
      }
    })
    const timer = setTimeout(() => {
      resolve({ why: `nvidia-smi gave no answer in ${patience / 1000} s` })
      child.kill('SIGKILL')
      // A child of its own may hold the pipes open.
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.unref()
    }, patience)
  })

/** A GPU as a whole, also where it is cut into slices. */
export interface NvidiaGpu extends GpuFacts {
  readonly uuid: string
}

const columns = ['uuid', 'name', 'memory.total', 'driver_version', 'compute_cap'] as const

/** `GPU-8f…, NVIDIA H100 80GB HBM3, 81559, 550.54.15, 9.0` a line; memory in MiB, `[N/A]` where the driver cannot tell. */
export const readGpus = (text: string): NvidiaGpu[] =>
  text
    .split('\n')
    .map(line => line.split(',').map(part => part.trim()))
    .filter(parts => parts.every(part => /^[ -~]*$/.test(part)) && parts[0]!.startsWith('GPU-'))
    .map(([uuid, name, memory, driver, capability]) => ({
      uuid: uuid!,
      name: name ?? '',
      ...(Number(memory) > 0 ? { memory: Number(memory) * 2 ** 20 } : {}),
      ...(driver && /\d/.test(driver) ? { driver } : {}),
      ...(capability && /\d/.test(capability) ? { capability } : {}),
    }))

/** The GPUs of this machine, whatever `CUDA_VISIBLE_DEVICES` says; `why`: they could not be asked for. */
export const queryGpus = async (
  smi: Smi = askSmi,
): Promise<{ readonly gpus: readonly NvidiaGpu[]; readonly why?: string }> => {
  const ask = (asked: readonly string[]): Promise<Said> =>
    smi(`--query-gpu=${asked.join(',')}`, '--format=csv,noheader,nounits')
  const said = await ask(columns)
  // Older drivers refuse the whole question for this one column.
  const answer = 'why' in said && /compute_cap/.test(said.why) ? await ask(columns.slice(0, -1)) : said
  if ('why' in answer) return { gpus: [], why: answer.why }
  const gpus = readGpus(answer.text)
  return gpus.length === 0 && answer.text.trim() !== ''
    ? { gpus, why: 'nvidia-smi answers something else than a list of GPUs' }
    : { gpus }
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
