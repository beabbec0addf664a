import { problem, type Problem } from '../../core/problem.js'
import { formatBytes } from '../../core/units.js'

// What TensorFlow (8 is RESOURCE_EXHAUSTED), CUDA, Vulkan and Dawn say when their device has no room left; oneDNN says
// its status 1, or, where it takes the process along, no more than that it could not make something.
const full =
  /OOM when allocating|Resource ?_?exhausted|ResourceExhausted|Invalid TF_Status: 8\b|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|failed to allocate|ran out of memory trying to allocate|VK_ERROR_OUT_OF_(?:DEVICE|HOST)_MEMORY|GPUOutOfMemoryError|dnnl::error|received an exception: ?Status: 1\b|out of memory.*(?:buffer|texture|device)/i

/** Does an engine of native code say that its device has no memory left? */
export const saysDeviceFull = (text: string): boolean => full.test(text)

const widths: Readonly<Record<string, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  half: 2,
  bfloat16: 2,
  float: 4,
  int32: 4,
  double: 8,
  int64: 8,
}

/** What it had no room for, as far as the engine says it: a tensor by its shape, or so many bytes. */
const wantedIn = (text: string): string | undefined => {
  const tensor = /OOM when allocating tensor with shape\[([\d, ]*)\] and type (\w+)/.exec(text)
  if (tensor) {
    const sides = tensor[1]!.split(',').map(Number)
    const width = widths[tensor[2]!]
    const bytes = sides.reduce((product, side) => product * side, width ?? 0)
    return `a tensor of ${sides.join('×')}${bytes > 0 ? ` (${formatBytes(bytes)})` : ''}`
  }
  const exact = /failed to allocate \S+ \((\d+) bytes\)/.exec(text)?.[1]
  if (exact) return formatBytes(Number(exact))
  const rounded = /ran out of memory trying to allocate ([\d.]+ ?[kKMGT]?i?B)/.exec(text)?.[1]
  return rounded ?? undefined
}

const named = (text: string): string => {
  const device = /device:(CPU|GPU):(\d+)/.exec(text)
  if (!device) return 'the device'
  return device[1] === 'CPU' ? 'the native engine' : `GPU ${device[2]}`
}

/** `said`: the words of the engine. `how`: what became of the process; absent: it goes on. */
export const deviceMemoryProblem = (kind: string, said: string, how?: string): Problem => {
  const wanted = wantedIn(said)
  const room = wanted === undefined ? '' : `: no room for ${wanted}`
  const ended = how === undefined ? '' : `; its process ${how}`
  return problem(
    'out-of-memory',
    `${named(said)} ran out of memory in a step of kind "${kind}"${room}${ended}`,
    { hint: 'Use a smaller batchSize or a smaller model, or let nothing else use the device.' },
  )
}
