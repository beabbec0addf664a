import { isDeepStrictEqual } from 'node:util'
import type { ComparedInstance, ComparedSide } from '../../judge/compared-side.js'
import {
  classChanges,
  durationChanges,
  metricChanges,
  pairsOf,
  sizeChanges,
  timeChanges,
} from '../../judge/figure-changes.js'
import { findFlips } from '../../judge/flips.js'
import type { RunDifference, ValueChange, VerdictChange } from '../../judge/run-difference.js'
import type { SideName } from '../../judge/side-name.js'
import { findSide } from './find-side.js'
import { stepChanges } from './step-changes.js'

export interface DiffOptions {
  /** Id of a run, `latest`, `latest~1`, path of a record or lock, or `REF:PATH` of a lock. */
  readonly a: string
  readonly b: string
  /** Absent: the process's own. */
  readonly cwd?: string
  /** Absent: `.trimtab` of the project here, or the one around a record. */
  readonly store?: string
}

const nameOf = ({ type, name, recipe, started }: ComparedSide): SideName => ({
  type,
  name,
  recipe,
  ...(started === undefined ? {} : { started }),
})

type Values = Readonly<Record<string, unknown>>

const valueChanges = (was: Values, is: Values): readonly ValueChange[] =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter(name => !isDeepStrictEqual(was[name], is[name]))
    .map(name => ({
      name,
      ...(Object.hasOwn(was, name) ? { was: was[name] } : {}),
      ...(Object.hasOwn(is, name) ? { is: is[name] } : {}),
    }))

const placeOf = ({ run }: ComparedSide): Values => {
  if (!run) return {}
  const { trimtab, node, engine, machine, commit } = run.where
  return {
    trimtab,
    node,
    engine: `${engine.name} ${engine.version}`,
    machine,
    ...(commit === undefined ? {} : { commit }),
  }
}

/** Paths of texts that are others, or that one side alone is made of. */
const recipeChanges = (a: ComparedSide, b: ComparedSide): readonly string[] | undefined => {
  if (!a.run || !b.run || a.run.asked.recipeDigest === b.run.asked.recipeDigest) return undefined
  const [was, is] = [a.run, b.run].map(({ asked }) =>
    Object.fromEntries(asked.sources.map(({ path, digest }) => [path, digest])),
  )
  return valueChanges(was!, is!).map(({ name }) => name)
}

const verdictChanges = (a: ComparedSide, b: ComparedSide): readonly VerdictChange[] => {
  if (!a.run || !b.run) return []
  const before = new Map(a.run.verdicts.map(each => [each.gate, each]))
  const now = new Map(b.run.verdicts.map(each => [each.gate, each]))
  return [...new Set([...now.keys(), ...before.keys()])].flatMap((gate): VerdictChange[] => {
    const [was, is] = [before.get(gate), now.get(gate)]
    if (was?.status === is?.status) return []
    return [
      {
        gate,
        ...(was ? { was: was.status } : {}),
        ...(is ? { is: is.status, found: is.found } : {}),
      },
    ]
  })
}

const only = (side: ComparedSide, other: ComparedSide): string[] => {
  const known = new Set(other.instances.map(({ instance }) => instance))
  return side.instances.map(({ instance }) => instance).filter(each => !known.has(each))
}

/** Times of other classes of machine are no times to compare. */
const otherMachines = (a: ComparedSide, b: ComparedSide): string[] => {
  const machinesOf = (side: ComparedSide, name: string): string[] =>
    side.instances.flatMap(({ instance, machine }) =>
      instance === name && machine !== undefined ? [machine] : [],
    )
  const timed = new Set(
    b.instances.flatMap(({ instance, machine }: ComparedInstance) =>
      machine === undefined ? [] : [instance],
    ),
  )
  return [...timed].flatMap(name => {
    const [was, is] = [machinesOf(a, name), machinesOf(b, name)]
    return was.length === 0 || is.some(each => was.includes(each))
      ? []
      : [`${name} was timed on ${was.join(', ')}, and on ${is.join(', ')}: times are not compared`]
  })
}

/** Compares two runs, two locks, or one of each. Throws ProblemError where there is no such one. */
export const diff = async ({
  a: first,
  b: second,
  cwd = process.cwd(),
  store,
}: DiffOptions): Promise<RunDifference> => {
  const naming = { cwd, ...(store === undefined ? {} : { store }) }
  const a = await findSide(first, naming)
  const b = await findSide(second, naming)
  const pairs = pairsOf(a, b)
  const changed = stepChanges(pairs)
  const [onlyA, onlyB] = [only(a, b), only(b, a)]
  const metrics = metricChanges(pairs)
  const sizes = sizeChanges(pairs)
  const verdicts = verdictChanges(a, b)
  const { flipped, notes } = await findFlips(pairs, a, b)
  const recipe = recipeChanges(a, b)
  const timed = new Set(
    pairs.flatMap(([, { machine, instance }]) => (machine === undefined ? [] : [instance])),
  )
  return {
    a: nameOf(a),
    b: nameOf(b),
    differs:
      onlyA.length + onlyB.length + metrics.length + sizes.length + verdicts.length > 0 ||
      changed.some(each => each.otherOutputs && !timed.has(each.instance)),
    ...(recipe ? { recipe } : {}),
    params: a.run && b.run ? valueChanges(a.run.asked.params, b.run.asked.params) : [],
    environment: a.run && b.run ? valueChanges(placeOf(a), placeOf(b)) : [],
    steps: { onlyA, onlyB, changed, equal: pairs.length - changed.length },
    metrics,
    sizes,
    classes: classChanges(pairs),
    flipped,
    verdicts,
    times: timeChanges(pairs),
    durations: durationChanges(pairs),
    notes: [...notes, ...otherMachines(a, b)],
  }
}
