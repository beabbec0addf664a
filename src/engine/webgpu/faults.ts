import { problem, ProblemError, type Problem } from '../../core/problem.js'
import { drain, type WebgpuBackend } from './backend.js'
import type { Device, DeviceError } from './dawn.js'

const firstLine = (message: string): string => message.trim().split('\n')[0]!.trim()

const smaller = 'Use a smaller batchSize or a smaller model.'

/** WebGPU tells of its errors late and not where they arose; a tensor that could not be made reads as zeros. */
const ofError = ({ constructor, message }: DeviceError): Problem => {
  const said = firstLine(message)
  if (constructor.name === 'GPUOutOfMemoryError')
    return problem('out-of-memory', `the GPU has no memory left for this step: ${said}`, { hint: smaller })
  if (/\bsize\b.*\b(exceeds|larger than)\b/i.test(said))
    return problem('out-of-memory', `a tensor of this step is larger than this GPU takes: ${said}`, {
      hint: smaller,
    })
  return problem('engine-fault', `WebGPU refused an operation of this step: ${said}`, {
    hint: 'This is a bug of TensorFlow.js, its WebGPU backend or Trimtab. Use `engine: wasm`, and tell us.',
  })
}

const ofLoss = (reason: string, message: string): Problem =>
  problem('engine-lost', `the GPU was lost in mid-step (${firstLine(message) || reason})`, {
    hint: 'A driver that crashed, hung or was reset does this; the system log says more. Give the step `retries: 1`, or use `engine: wasm`.',
  })

export interface Faults {
  /** Does the device no longer compute? */
  lost(): boolean
  /** Waits for what an earlier step has begun, and forgets what went wrong in it. */
  settle(): Promise<void>
}

/** Makes the faults of a device faults of the step that runs into them: every read and every operation looks. */
export const watchFaults = (backend: WebgpuBackend, device: Device): Faults => {
  let error: Problem | undefined
  let loss: Problem | undefined
  device.addEventListener('uncapturederror', event => {
    // Dawn would print it as well.
    event.preventDefault()
    error ??= ofError(event.error)
  })
  void device.lost.then(({ reason, message }) => (loss ??= ofLoss(reason, message)))

  // A lost device goes on throwing.
  const check = (): void => {
    const fault = loss ?? error
    error = undefined
    if (fault) throw new ProblemError(fault)
  }
  const read = backend.read.bind(backend)
  backend.read = async dataId => {
    try {
      const values = await read(dataId)
      check()
      return values
    } catch (thrown) {
      check()
      // A map that is aborted is a device that is gone, before it has said so.
      if (thrown instanceof Error && thrown.name === 'AbortError')
        throw new ProblemError(ofLoss('the read was aborted', thrown.message))
      throw thrown
    }
  }
  const run = backend.runWebGPUProgram.bind(backend)
  backend.runWebGPUProgram = (...args) => {
    if (loss ?? error) check()
    return run(...args)
  }
  return {
    lost: () => loss !== undefined,
    settle: async () => {
      await drain(backend).catch(() => undefined)
      error = undefined
    },
  }
}
