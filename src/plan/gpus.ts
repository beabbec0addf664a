import type { FoundDevices } from '../core/device.js'
import { problem, type Problem, type Span } from '../core/problem.js'
import type { Instance, Plan } from './plan.js'

const willRun = ({ status }: Instance): boolean => status.type === 'miss' || status.type === 'pending'

/** Is there a step that must run and that asks for GPUs? Nobody looks for them before. */
export const asksForGpus = ({ instances }: Plan): boolean =>
  instances.some(instance => willRun(instance) && (instance.gpus ?? 0) > 0)

/** Is there a step for which it matters which GPUs there are? */
export const mayUseGpus = (plan: Plan): boolean =>
  asksForGpus(plan) ||
  plan.instances.some(
    each => willRun(each) && each.spec.lane === 'gpu' && each.engine.name === 'native' && each.gpus !== 0,
  )

const counted = (count: number): string => `${count} GPU${count === 1 ? '' : 's'}`

/** What is wrong with a step's `resources.gpus`, in a sentence with a hint. */
const faultOf = (
  { id, kind, spec, engine, gpus }: Instance,
  { devices, how }: FoundDevices,
): readonly [code: string, message: string, hint: string] | undefined => {
  if (gpus === undefined) return undefined
  const computes = spec.computes && spec.lane === 'gpu'
  if (gpus === 0)
    return computes && engine.name === 'webgpu'
      ? [
          'gpus-unused',
          `"${id}" computes with the webgpu engine, and asks for no GPU`,
          'Use `engine: native` or `engine: wasm` for it, or remove `resources.gpus`.',
        ]
      : undefined
  if (computes && engine.name !== 'native' && engine.name !== 'webgpu')
    return [
      'gpus-unused',
      `"${id}" asks for ${counted(gpus)}, and the ${engine.name} engine computes on the processor`,
      'Use `engine: native` or `engine: webgpu` for it, or remove `resources.gpus`.',
    ]
  if (spec.module === undefined && spec.lane !== 'gpu')
    return [
      'gpus-unused',
      `"${id}" asks for ${counted(gpus)}, and a step of kind "${kind}" uses none`,
      'Remove `resources.gpus`.',
    ]
  if (gpus > 1 && spec.module === undefined)
    return [
      'gpus-unused',
      `"${id}" asks for ${counted(gpus)}, and a step of kind "${kind}" computes on one`,
      'Write `gpus: 1`; several steps run on several GPUs at once.',
    ]
  if (engine.name === 'webgpu' && computes) return undefined
  return gpus > devices.length
    ? [
        'gpus-missing',
        `"${id}" asks for ${counted(gpus)}: ${how}`,
        'Run it on a machine that has them, or change `resources.gpus`.',
      ]
    : undefined
}

/** Problems of steps that ask for GPUs which this machine, their engine or their kind does not have. Each step is told once. */
export const checkGpus = (plan: Plan, found: FoundDevices): readonly Problem[] => {
  const told = new Set<string>()
  const steps = new Map(plan.recipe.steps.map(step => [step.id, step]))
  return plan.instances.flatMap(instance => {
    const fault = willRun(instance) && !told.has(instance.step) ? faultOf(instance, found) : undefined
    if (!fault) return []
    told.add(instance.step)
    const [code, message, hint] = fault
    const at: Span = steps.get(instance.step)?.locate(['resources', 'gpus']) ?? instance.at
    return [problem(code, message, { at, frame: plan.recipe.frame(at), hint })]
  })
}
