import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Instance } from '../plan/plan.js'
import type { Store } from '../store/store.js'

/** Has the store lost what it had? The step that made it can make it again. */
export const isLoss = ({ code }: Problem): boolean => code === 'object-damaged' || code === 'object-gone'

/** Finds the instances whose outputs were damaged or went away beneath a run, so that they are made again in it. */
export interface Healer {
  /**
   * Who must be made again before an instance that met a loss is tried once more, all of its inputs being read; empty
   * where they are whole by now. Undefined: it comes back again and again, and is not ours to heal.
   */
  lostInputs(
    instance: Instance,
    inputs: Instance['inputs'],
    met: readonly Problem[],
  ): Promise<readonly Instance[] | undefined>
  /** Of all that is there: who lacks an object, as far as sizes and times tell. Once a run. */
  lostOutputs(): Promise<readonly Instance[]>
  /** Says so where an instance that was made again gave other bytes than before. */
  compare(instance: Instance, before: StepOutput | undefined, after: StepOutput): void
  /** Warnings for the run's record: what was damaged, and what did not come out the same. */
  problems(): readonly Problem[]
}

/** Times that an instance is tried again: others, who work on the same store, may mend and move at once. */
const most = 3

const digestsOf = ({ objects }: Artifact): Artifact['digest'][] =>
  Object.values(objects).map(({ digest }) => digest)

export const makeHealer = (
  store: Store,
  instances: readonly Instance[],
  outputs: ReadonlyMap<InstanceId, StepOutput>,
): Healer => {
  const byId = new Map(instances.map(each => [each.id, each]))
  /** How often each was tried again. */
  const tries = new Map<InstanceId, number>()
  const problems: Problem[] = []
  let searched = false

  const warn = (found: Problem): void => void problems.push({ ...found, severity: 'warning' })

  const artifactOf = (id: InstanceId, output: string): Artifact | undefined =>
    outputs.get(id)?.outputs[output]

  /** A choice made nothing: its winner did. */
  const makerOf = (instance: Instance, artifact: Artifact): Instance => {
    if (!instance.choice) return instance
    for (const edge of Object.values(instance.inputs).flat()) {
      const winner = byId.get(edge.instance)
      if (winner && artifactOf(edge.instance, edge.output)?.digest === artifact.digest)
        return makerOf(winner, artifact)
    }
    return instance
  }

  const lossesIn = async (artifact: Artifact, how: 'read' | 'remembered'): Promise<boolean> => {
    let lost = false
    for (const digest of digestsOf(artifact)) {
      const found = await store.objects.check(digest, how)
      // Whoever read it has moved it away, and said so.
      if (found && !problems.some(({ message }) => message.includes(digest))) warn(found)
      lost ||= found !== undefined
    }
    return lost
  }

  return {
    lostInputs: async (instance, inputs, met) => {
      const tried = tries.get(instance.id) ?? 0
      if (tried === most) return undefined
      tries.set(instance.id, tried + 1)
      for (const each of met.filter(isLoss)) warn(each)
      const makers = new Set<Instance>()
      for (const { instance: from, output } of Object.values(inputs).flat()) {
        const [giver, artifact] = [byId.get(from), artifactOf(from, output)]
        if (giver && artifact && (await lossesIn(artifact, 'read'))) makers.add(makerOf(giver, artifact))
      }
      return [...makers].some(({ choice }) => choice) ? undefined : [...makers]
    },
    lostOutputs: async () => {
      if (searched) return []
      searched = true
      const makers: Instance[] = []
      for (const instance of instances) {
        const artifacts = instance.choice ? [] : Object.values(outputs.get(instance.id)?.outputs ?? {})
        const lost = await Promise.all(artifacts.map(artifact => lossesIn(artifact, 'remembered')))
        if (lost.includes(true)) makers.push(instance)
      }
      return makers
    },
    compare: ({ id, at }, before, after) => {
      const differing = Object.entries(after.outputs).filter(
        ([name, { digest }]) => before && before.outputs[name]?.digest !== digest,
      )
      if (differing.length === 0) return
      problems.push(
        problem(
          'remade-differs',
          `"${id}" was made again and did not give the bytes that it gave before (${differing.map(([name]) => name).join(', ')})`,
          {
            severity: 'warning',
            at,
            hint: 'Its kind is not deterministic here. What was made from the lost bytes before is kept as it is; run again to see all of it made from the new ones.',
          },
        ),
      )
    },
    problems: () => [...new Map(problems.map(each => [`${each.code} ${each.message}`, each])).values()],
  }
}

/** Judges, and where gates miss what the store has lost, has it made again (`remake`) and judges once more. */
export const concludeHealing = async <T>(
  conclude: () => Promise<T>,
  healer: Healer,
  remake: (lost: readonly Instance[]) => Promise<void>,
): Promise<T> => {
  try {
    return await conclude()
  } catch (error) {
    const lost =
      error instanceof ProblemError && error.problems.some(isLoss) ? await healer.lostOutputs() : []
    if (lost.length === 0) throw error
    await remake(lost)
    return conclude()
  }
}
