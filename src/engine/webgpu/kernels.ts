import { tf } from '../tf.js'
import { averagePoolKernels } from './average-pool.js'
import type { WebgpuBackend } from './backend.js'
import { sumKernels } from './sum-of-many.js'
import type { Attrs, Inputs } from './work.js'
import { workOf } from './work.js'

const kernels = { ...averagePoolKernels, ...sumKernels }

const stocks = new Map<string, tf.KernelConfig>()

/** Puts our kernels in the place of the backend's wrong ones, in this thread; again for the backend of another device. */
export const registerKernels = (backend: WebgpuBackend): void => {
  for (const [kernelName, make] of Object.entries(kernels)) {
    const stock = stocks.get(kernelName) ?? tf.getKernel(kernelName, 'webgpu')!
    stocks.set(kernelName, stock)
    const work = make(backend, workOf(stock, backend))
    tf.unregisterKernel(kernelName, 'webgpu')
    tf.registerKernel({
      ...stock,
      kernelFunc: ({ inputs, attrs }) => work(inputs as Inputs, (attrs ?? {}) as Attrs),
    })
  }
}
