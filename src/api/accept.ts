import { basename } from 'node:path'
import { userInfo } from 'node:os'
import { didYouMean } from '../core/nearest.js'
import type { Direction } from '../core/metric-direction.js'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import { figuresOf } from '../expression/figures.js'
import { scopeOf } from '../expression/scope.js'
import { holdAccepted, type AcceptedGate, type Held } from '../judge/accepted.js'
import { betterOf } from '../judge/gate.js'
import type { PlannedGate } from '../plan/gate-rows.js'
import { departuresOf } from '../plan/locked.js'
import type { Plan } from '../plan/plan.js'
import { git } from '../run/where.js'
import { emptyLock, lockPathOf, type Baseline, type Lock } from '../store/lock.js'
import { writeLockOf } from '../store/lock-file.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { lockOfRun } from './lock-of-run.js'
import type { ReadOptions } from './options.js'
import { readLock } from './read-lock.js'
import { plan } from './validate.js'

export interface AcceptOptions extends ReadOptions {
  /** Gates, steps or metrics whose values are accepted. Absent or empty: those of every gate of the form `accepted`. */
  readonly names?: readonly string[]
  readonly why?: string
  /** Id of a run, the beginning of one, or `latest`. Absent: the latest run of this recipe as it stands. */
  readonly run?: string
  /** Takes the run's values though its keys are not those of the recipe as it stands. */
  readonly anyway?: boolean
  /** Writes nothing. */
  readonly dryRun?: boolean
  /** Folder of the store. Absent: `.trimtab` in the recipe's project. */
  readonly store?: string
}

/** One baseline that is accepted anew. */
export interface Acceptance {
  readonly gate: string
  readonly metric: string
  readonly was?: Baseline
  readonly is: Baseline
  readonly better: Direction
  /** The new value is worse than the old one. */
  readonly worse: boolean
}

export interface Accepted {
  /** Absent where something was found wrong. */
  readonly run?: string
  /** Absolute path of the lock file. */
  readonly path?: string
  readonly changes: readonly Acceptance[]
  /** Metrics whose value is the accepted one already. */
  readonly same: readonly string[]
  readonly problems: readonly Problem[]
}

type Gate = PlannedGate & AcceptedGate

const refused = (...problems: Problem[]): Accepted => ({ changes: [], same: [], problems })

/** The names by which a gate may be called: its own, that of its metric, and those of its step. */
const callsOf = ({ name, metric, bind }: Gate): string[] => {
  const { path } = metric.names[0]!
  return [
    name,
    name.replace(/\[.*$/s, ''),
    path.join('.'),
    ...path.slice(0, -1),
    ...(bind(path[0]!)?.instances.map(({ id }) => id) ?? []),
  ]
}

/** The gates that were named, and a problem for each name that is none. */
const select = (gates: readonly Gate[], names: readonly string[]) => {
  if (names.length === 0) return { chosen: gates, problems: [] }
  const all = new Set(gates.flatMap(callsOf))
  const problems = names
    .filter(name => !all.has(name))
    .map(name =>
      problem('accept-unknown', `no gate of the form accepted is called "${name}", or is about it`, {
        hint: didYouMean(name, all) ?? `There are: ${gates.map(gate => gate.name).join(', ')}.`,
      }),
    )
  return { chosen: gates.filter(gate => callsOf(gate).some(call => names.includes(call))), problems }
}

/** In what a run's steps are others than those of the recipe as it stands. */
const strangersIn = (made: Plan, record: RunRecord, store: Store): Problem | undefined => {
  const there = new Set(
    record.instances.filter(({ key }) => key !== undefined).map(({ instance }) => instance),
  )
  const [first, ...more] = departuresOf(made, lockOfRun(made, record.instances), store).filter(
    ({ how, instance }) => how === 'changed' && there.has(instance),
  )
  if (!first) return undefined
  const others = more.length > 0 ? ` (and ${more.length} more)` : ''
  return problem(
    'accept-other-recipe',
    `run ${record.id} is not one of the recipe as it stands: "${first.instance}" differs: ${first.why}${others}`,
    { hint: 'Run again and accept that; or take this one --anyway.' },
  )
}

/** Runs that are looked through for one of the recipe as it stands: the newest so many. */
const most = 50

/** The run that was named; else the newest of the recipe as it stands, which after a change of branches need not be the last. */
const findRun = async (
  made: Plan,
  store: Store,
  { run: id, anyway = false }: Pick<AcceptOptions, 'run' | 'anyway'>,
): Promise<RunRecord | Problem> => {
  const { file } = made.recipe
  if (id !== undefined) {
    const record = await store.runs.read(id)
    if (!record)
      return problem('accept-no-run', `there is no run "${id}"`, { hint: '`trimtab runs` lists them.' })
    if (record.asked.recipe !== file)
      return problem('accept-other-recipe', `run ${record.id} is of another recipe: ${record.asked.recipe}`)
    return (anyway ? undefined : strangersIn(made, record, store)) ?? record
  }
  const records = (await store.runs.list()).filter(({ asked }) => asked.recipe === file).toReversed()
  const [latest] = records
  if (!latest)
    return problem('accept-no-run', `${basename(file)} has not run yet, so there is nothing to accept`, {
      hint: 'Run it first: `trimtab run`.',
    })
  const stranger = anyway ? undefined : strangersIn(made, latest, store)
  if (!stranger) return latest
  return records.slice(1, most).find(each => !strangersIn(made, each, store)) ?? stranger
}

const whoIs = async (folder: string): Promise<string> => {
  const [name, email] = await Promise.all([
    git(folder, 'config', 'user.name'),
    git(folder, 'config', 'user.email'),
  ])
  const known = [name, email && (name ? `<${email}>` : email)].filter(each => each)
  if (known.length > 0) return known.join(' ')
  const { USER, USERNAME } = process.env
  return USER ?? USERNAME ?? userInfo().username
}

const isSame = (was: Baseline | undefined, held: Held): boolean =>
  was !== undefined && was.value === held.value && was.split === held.split && was.machine === held.machine

/** What the run measured of each gate, or why it did not. */
const hold = (gates: readonly Gate[], record: RunRecord) => {
  const figures = figuresOf(record.instances, 'test')
  const problems: Problem[] = []
  const held = gates.flatMap(gate => {
    const scope = scopeOf(gate.metric, gate.bind, figures, gate.given)
    const found = holdAccepted(gate, scope, gate.bind, record.instances, record.where.machine)
    if (!('status' in found)) return [{ gate, held: found }]
    problems.push(
      problem('accept-unmeasured', `gate "${gate.name}": ${found.found}`, {
        at: gate.at,
        ...(found.hint === undefined ? {} : { hint: found.hint }),
      }),
    )
    return []
  })
  return { held, problems }
}

const needsWhy = ({ gate, metric, was, is }: Acceptance): Problem =>
  problem(
    'accept-why',
    `gate "${gate}": ${metric} would go from ${was!.value} to ${is.value}, which is worse`,
    {
      hint: 'Say why that is accepted: --why TEXT. It is kept in the lock file.',
    },
  )

/** Accepts what a run measured as the baselines of a recipe's `accepted` gates, in its lock file. */
export const accept = async (options: AcceptOptions): Promise<Accepted> => {
  // What a run measured stands in its record: no remote is asked.
  const planned = await plan({ ...options, remote: 'none' })
  const { plan: made, store, notOwn } = planned
  if (!planned.ok || !made || !store) return refused(...planned.problems)
  if (notOwn !== undefined)
    return refused(problem('accept-not-own', `baselines are those of the recipe's own run: ${notOwn}`))
  const gates = made.gates.filter((gate): gate is Gate => gate.form === 'accepted')
  if (gates.length === 0)
    return refused(
      problem('accept-no-gate', 'the recipe has no gate of the form accepted', {
        hint: 'Add one: {accepted: {metric: STEP.accuracy, margin: 0.005}}.',
      }),
    )
  const { chosen, problems: unknown } = select(gates, options.names ?? [])
  if (unknown.length > 0) return refused(...unknown)
  const record = await findRun(made, store, options)
  if ('code' in record) return refused(record)
  const { held, problems } = hold(chosen, record)
  if (problems.length > 0)
    return refused(...problems.map(each => (each.at ? { ...each, frame: made.recipe.frame(each.at) } : each)))

  const path = lockPathOf(made.recipe.file)
  const found = readLock(made.recipe.file)
  if (!found.ok) return refused(...found.problems)
  if (found.value?.conflicted)
    return refused(
      problem('lock-unsettled', `git's marks of a conflict stand in ${basename(path)}`, {
        hint: 'Run once: the file is written anew. Then accept.',
      }),
    )
  const before: Lock = found.value?.lock ?? emptyLock(basename(made.recipe.file))
  const { commit, dirty } = record.where
  const common = {
    by: await whoIs(made.recipe.project),
    at: new Date().toISOString(),
    ...(options.why === undefined ? {} : { why: options.why }),
    run: record.id,
    ...(commit === undefined ? {} : { commit }),
    ...(dirty ? { dirty: true as const } : {}),
  }
  const changes = new Map<string, Acceptance>()
  const same = new Set<string>()
  for (const { gate, held: one } of held) {
    const was = Object.hasOwn(before.accepted, one.name) ? before.accepted[one.name] : undefined
    if (isSame(was, one)) {
      same.add(one.name)
      continue
    }
    const { name: metric, ...measured } = one
    const better = betterOf(gate)
    const worse =
      was !== undefined &&
      was.machine === one.machine &&
      (better === 'higher' ? one.value < was.value : one.value > was.value)
    const is: Baseline = { ...measured, ...common }
    changes.set(metric, { gate: gate.name, metric, ...(was ? { was } : {}), is, better, worse })
  }
  const all = [...changes.values()]
  const unexplained = options.why === undefined ? all.filter(({ worse }) => worse).map(needsWhy) : []
  if (unexplained.length > 0) return refused(...unexplained)
  if (all.length > 0 && !options.dryRun) {
    const accepted = Object.fromEntries(all.map(({ metric, is }) => [metric, is]))
    try {
      await writeLockOf(made.recipe.file, { ...before, accepted: { ...before.accepted, ...accepted } })
    } catch (error) {
      if (error instanceof ProblemError) return refused(...error.problems)
      throw error
    }
  }
  return { run: record.id, path, changes: all, same: [...same], problems: [] }
}
