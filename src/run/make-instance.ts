import type { Artifact } from '../core/artifact.js'
import type { Key } from '../core/brand.js'
import type { StepOutput } from '../core/step-file.js'
import { keyOf } from '../plan/key.js'
import { reductionsOf } from '../plan/micro-batches.js'
import type { Instance } from '../plan/plan.js'
import { makeAttempts } from './attempts.js'
import type { Lane } from './lanes/lane.js'
import type { Inputs, Made, MakeOptions } from './made.js'

/** The artifact that an edge names; a finished instance always has it, since outputs are checked. */
const artifactOf = (output: StepOutput | undefined, from: string, name: string): Artifact => {
  const artifact = output?.outputs[name]
  if (!artifact) throw new Error(`${from} has no output ${name}`)
  return artifact
}

export const inputsOf = (inputs: Instance['inputs'], outputs: ReadonlyMap<string, StepOutput>): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([port, edges]) => [
      port,
      edges.map(({ instance: from, output }) => ({
        from,
        output,
        artifact: artifactOf(outputs.get(from), from, output),
      })),
    ]),
  )

/** Makes instances: looks up their keys, runs what is not in the store, and puts it there. */
export const makeMaker = (options: MakeOptions) => {
  const { store, reporter, others } = options
  /** Two instances may have one key: the second waits for the first and then finds its result. */
  const making = new Map<Key, Promise<unknown>>()

  const lookUp = async (instance: Instance, key: Key): Promise<Made | undefined> => {
    const { result, problems } = await store.results.find(key)
    for (const { message } of problems)
      reporter.say({ type: 'log', instance: instance.id, level: 'warning', message })
    if (!result) return undefined
    reporter.reused(instance.id)
    return { type: 'reused', key, output: result.output, seconds: result.seconds }
  }
  const attempts = makeAttempts(options, lookUp)

  /** Where memory ran out before, a result lies under the key of a smaller batch. */
  const lookUpAll = async (instance: Instance, key: Key, inputs: Inputs): Promise<Made | undefined> => {
    const found = await lookUp(instance, key)
    if (found) return found
    for (const reduced of reductionsOf(instance)) {
      const other = keyOf(reduced, inputs).key
      await others.hold([other])
      const made = await lookUp(instance, other)
      if (made?.type === 'reused') return { ...made, as: { ...instance, ...reduced } }
    }
    return undefined
  }

  /** What is there needs no claim; what is not may come from another run before this one has the claim. */
  const lookUpOrRun = async (
    instance: Instance,
    lane: Lane,
    keyed: ReturnType<typeof keyOf>,
    inputs: Inputs,
  ): Promise<Made> => {
    const { key } = keyed
    await others.hold([key])
    return (
      (await lookUpAll(instance, key, inputs)) ??
      others.alone(
        instance.id,
        key,
        async () =>
          (await lookUpAll(instance, key, inputs)) ?? attempts({ instance, ...keyed }, lane, inputs),
      )
    )
  }

  return (instance: Instance, lane: Lane, inputs: Inputs): Promise<Made> => {
    const keyed = keyOf(instance, inputs)
    const twin = making.get(keyed.key)
    const made = (twin ?? Promise.resolve()).then(() => lookUpOrRun(instance, lane, keyed, inputs))
    making.set(
      keyed.key,
      made.catch(() => undefined),
    )
    return made
  }
}
