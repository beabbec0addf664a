import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os'
import type { GpuFacts, MachineFacts } from '../../core/doctor.js'
import { findDevices } from '../../engine/devices.js'
import { queryGpus } from '../../engine/nvidia-smi.js'
import { hasSimd } from '../../engine/simd.js'
import { lookAtDrivers } from '../../engine/webgpu/drivers.js'

/** Vector instructions by the names of /proc/cpuinfo, in the order in which engines prefer them. */
const vectors = [
  'sse4_1',
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'avx_vnni',
  'amx_int8',
  'amx_bf16',
  'asimd',
  'asimddp',
  'bf16',
]

const simdHere = (): string[] => {
  try {
    const text = readFileSync('/proc/cpuinfo', 'latin1')
    const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(' '))
    return vectors.filter(name => flags.has(name))
  } catch {
    return []
  }
}

const libcHere = (): string | undefined => {
  if (platform() !== 'linux') return undefined
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`
}

/** `Debian GNU/Linux 12 (bookworm)`; undefined where the system does not say. */
const distributionHere = (): string | undefined => {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

export const machineFacts = (): MachineFacts => {
  const distribution = platform() === 'linux' ? distributionHere() : undefined
  const libc = libcHere()
  const limit = process.constrainedMemory() ?? 0
  const total = totalmem()
  return {
    system: `${platform()} ${release()} ${process.arch}`,
    ...(distribution === undefined ? {} : { distribution }),
    ...(libc === undefined ? {} : { libc }),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    simd: simdHere(),
    memory: { total, free: freemem(), ...(limit > 0 && limit < total ? { limit } : {}) },
    node: process.versions.node,
    wasmSimd: hasSimd(),
  }
}

/** NVIDIA's GPUs, and what was looked at for them and for Vulkan. */
export const gpuFacts = async (): Promise<{ gpus: readonly GpuFacts[]; looked: readonly string[] }> => {
  const { gpus: found, why } = await queryGpus()
  const gpus = found.map((gpu): GpuFacts => {
    const { uuid: _, ...facts } = gpu
    return facts
  })
  const looked = [why ?? `nvidia-smi lists ${gpus.length} GPU${gpus.length === 1 ? '' : 's'}`]
  // Steps see fewer than there are where the environment hides some.
  if (process.env['TRIMTAB_DEVICES'] || process.env['CUDA_VISIBLE_DEVICES'] !== undefined) {
    const { devices, how } = await findDevices()
    looked.push(`steps may use ${devices.length}: ${how}`)
  }
  if (platform() === 'linux') {
    const { loader, manifests, devices, closed } = lookAtDrivers()
    const driver = (path: string): string =>
      path
        .split('/')
        .at(-1)!
        .replace(/\.json.*$/, '')
        .replace(/_icd.*$/, '')
    looked.push(
      loader
        ? `Vulkan: ${manifests.length === 0 ? 'no driver' : `drivers ${[...new Set(manifests.map(driver))].join(', ')}`}`
        : 'Vulkan: no loader (libvulkan.so.1)',
      devices.length === 0
        ? 'no GPU among the device files (/dev/dri, /dev/nvidia*)'
        : `device files ${devices.join(', ')}${closed.length > 0 ? `, of which you may not open ${closed.join(', ')}` : ''}`,
    )
    if (existsSync('/.dockerenv') && gpus.length === 0)
      looked.push('this is a container: it sees GPUs only when started with `--gpus all`')
  }
  return { gpus, looked }
}
