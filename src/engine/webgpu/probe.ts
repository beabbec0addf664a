import { existsSync } from 'node:fs'
import { enginePromises } from '../../core/promise.js'
import type { EngineReport } from '../engine.js'
import { webgpuVersion, type AdapterNote } from './adapter.js'
import { lookAtDrivers, type Drivers } from './drivers.js'
import { findAdapter, type Finding } from './finding.js'
import { installVulkan } from './mend.js'
import { backendPackage, dawnBinary, dawnPackage, findBackend, findDawn, sharesCore } from './packages.js'

/** Why there is no engine, and what to do about it. */
interface Fault {
  readonly why: string
  readonly hint: string
}

const useWasm = 'Use `engine: wasm`.'
const nodeModules = /^.*node_modules/

/** Of Dawn's own warnings the first: it names what the driver lacks. */
const reasonIn = (said: string): string | undefined => /^(?:Warning|Error): (.*[^.\n])\.?$/m.exec(said)?.[1]

/** The sentence for a machine on which Dawn found no adapter, from what lies on its disk and what Dawn said. */
export const explain = (
  finding: Exclude<Finding, { type: 'adapter' }>,
  { loader, manifests, devices, closed }: Drivers,
): Fault => {
  if (finding.type === 'failed') {
    const last = finding.said
      .trim()
      .split('\n')
      .findLast(line => /error|fatal/i.test(line))
    return {
      why: `Dawn ${finding.how} when it was asked for an adapter${last === undefined ? '' : ` (${last.trim().slice(0, 200)})`}.`,
      hint: useWasm,
    }
  }
  if (!loader) return { why: 'there is no Vulkan loader (libvulkan.so.1).', hint: installVulkan() }
  if (manifests.length === 0) return { why: 'there is no Vulkan driver.', hint: installVulkan() }
  if (closed.length > 0 && closed.length === devices.length)
    return {
      why: `you may not open ${closed.join(', ')}.`,
      hint: `Run \`sudo usermod -aG render,video $USER\` and log in again.`,
    }
  const reason = reasonIn(finding.said)
  if (/dynamicindexing|required|version/i.test(reason ?? ''))
    return {
      why: `Dawn refuses the Vulkan driver: ${reason} (Mesa before 23 is too old for it).`,
      hint: installVulkan(),
    }
  return {
    why: `Dawn found no adapter${reason === undefined ? '' : `: ${reason}`}.`,
    hint: 'Run `vulkaninfo --summary` to see which drivers answer.',
  }
}

const packageFault = (): Fault | undefined => {
  const [dawn, backend] = [findDawn(), findBackend()]
  const missing = [dawn ? [] : [dawnPackage], backend ? [] : [backendPackage]].flat()
  if (missing.length > 0)
    return {
      why: `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not installed.`,
      hint: `Run \`npm install --save-dev ${missing.join(' ')}\`.`,
    }
  if (!existsSync(dawnBinary(dawn!)))
    return {
      why: `${dawnPackage} ${dawn!.version} has no build for ${process.platform}-${process.arch}.`,
      hint: useWasm,
    }
  if (!sharesCore(backend!))
    return {
      why: `${backendPackage} in ${nodeModules.exec(backend!.folder)?.[0] ?? backend!.folder} computes with another copy of @tensorflow/tfjs-core than Trimtab.`,
      hint: 'Run `npm dedupe @tensorflow/tfjs-core`.',
    }
  return undefined
}

/** The environment may keep `auto` from GPUs as well: tests mean the same engine on every machine. */
const notForAuto = ({ software, device }: AdapterNote): Pick<EngineReport, 'notForAuto'> => {
  if (software)
    return {
      notForAuto: `${device} computes on the processor, and only \`engine: webgpu\` takes such an adapter.`,
    }
  return process.env['TRIMTAB_WEBGPU'] === 'asked'
    ? { notForAuto: 'TRIMTAB_WEBGPU=asked leaves it to `engine: webgpu`.' }
    : {}
}

/** Is there an adapter, and is it a GPU? Reads files; Dawn itself is asked once, in a process of its own. */
export const probeWebgpu = async (): Promise<EngineReport> => {
  const report = { name: 'webgpu', version: '', promise: enginePromises.webgpu } as const
  const missing = packageFault()
  if (missing) return { ...report, available: false, ...missing }
  const drivers = lookAtDrivers()
  // Dawn could only say the same, half a second later.
  const finding: Finding = drivers.loader
    ? await findAdapter(findDawn()!, drivers)
    : { type: 'none', said: '' }
  if (finding.type !== 'adapter') return { ...report, available: false, ...explain(finding, drivers) }
  return {
    ...report,
    available: true,
    version: webgpuVersion(findBackend()!, findDawn()!, finding.adapter),
    ...notForAuto(finding.adapter),
  }
}
