import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { problem, type Problem } from '../../../core/problem.js'
import { platformTags } from './wheel.js'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Does a driver of NVIDIA's show a GPU here? By the files that it makes; nothing is started. */
export const hasNvidiaGpu = (): boolean => {
  try {
    if (readdirSync('/proc/driver/nvidia/gpus').length > 0) return true
  } catch {
    // No driver; under WSL it shows itself otherwise.
  }
  return existsSync('/dev/nvidia0') || (existsSync('/dev/dxg') && existsSync('/usr/lib/wsl/lib/libcuda.so.1'))
}

/** Why no TensorFlow of PyPI can run here; undefined where one can. Problem `engine-unsupported`. */
export const unsupported = (): Problem | undefined => {
  const no = (message: string, hint: string): Problem => problem('engine-unsupported', message, { hint })
  if (process.platform === 'win32')
    return no(
      'TensorFlow for Windows has no library that an addon can be built against',
      'Use `engine: wasm`, or Linux under WSL.',
    )
  if (process.arch === 'x64' && process.platform === 'linux') {
    const flags = /^flags\s*:(.*)$/m.exec(read('/proc/cpuinfo'))?.[1]
    if (flags !== undefined && !/\bavx\b/.test(flags))
      return no(
        'this processor lacks AVX, which TensorFlow is compiled for',
        'Use `engine: wasm`. In a virtual machine, pass the processor of the host through.',
      )
  }
  if (platformTags().length > 0) return undefined
  return no(
    `there is no TensorFlow on PyPI for ${process.platform} on ${process.arch}${process.platform === 'linux' ? ' with this C library' : ''}`,
    'It needs Linux with glibc 2.17 or later, or macOS. On Alpine (musl), use an image such as `node:22-slim`, or `engine: wasm`.',
  )
}
