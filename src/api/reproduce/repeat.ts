import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { EngineReport } from '../../engine/engine.js'
import { ProblemError } from '../../core/problem.js'
import { probeEngines } from '../../engine/probe.js'
import { projectOf } from '../../language/project.js'
import {
  decideReproduction,
  firstDifferent,
  type Change,
  type EnvironmentDifference,
  type StepComparison,
} from '../../judge/reproduction.js'
import { partsOf, takenAs } from '../../plan/micro-batches.js'
import type { InstanceRecord, RunRecord } from '../../store/run-record.js'
import type { Store } from '../../store/store.js'
import { runPlanned } from '../run.js'
import { planToRun } from '../validate.js'
import { givenKinds, isDone } from './check-record.js'
import { compareRuns } from './compare-runs.js'
import {
  concernedOf,
  engineLacking,
  enginesHere,
  enginesOf,
  environmentDifferences,
  placeHere,
  placeOf,
  toleranceOf,
} from './environment.js'
import { findChanges } from './find-changes.js'
import { findData, type FoundData } from './find-data.js'
import { layOut, type LaidOut } from './lay-out.js'
import type { Found, ReproduceOptions } from './options.js'

const isTimed = ({ identity }: InstanceRecord): boolean => identity?.['machine'] !== undefined

/** Why a step is not made again; undefined: it is. */
const leaver =
  (times: boolean) =>
  (record: InstanceRecord): string | undefined => {
    const { status, reason } = record
    if (status === 'failed') return 'it failed then'
    if (status === 'skipped') return `left out then: ${reason ?? 'skipped'}`
    if (!isTimed(record)) return undefined
    return times
      ? 'measured again; times differ from run to run'
      : 'it measures time, which differs from run to run (--times measures again)'
  }

/** Values of params as the command line gives them; paths of the record as they lie now. */
const paramsOf = ({ asked, instances }: RunRecord, place: LaidOut['place']): Record<string, string> => {
  const files = instances.flatMap(each => (each.files ?? []).map(({ path }) => path))
  const isData = (value: string): boolean =>
    isAbsolute(value) && files.some(path => path === value || !relative(value, path).startsWith('..'))
  return Object.fromEntries(
    Object.entries(asked.set)
      .filter(([name]) => !Object.hasOwn(asked.sweep ?? {}, name))
      .map(([name, value]) => [
        name,
        typeof value === 'string' && isData(value) ? place(value) : String(value),
      ]),
  )
}

/** What differs of the place, and whether that matters to a step; absent: to any of them. */
const environmentFor =
  (record: RunRecord, wanted: readonly InstanceRecord[], reports: readonly EngineReport[]) =>
  (step?: StepComparison): readonly EnvironmentDifference[] => {
    const about = step ? wanted.filter(({ instance }) => instance === step.instance) : wanted
    return environmentDifferences(
      placeOf(record.where),
      placeHere(),
      { was: enginesOf(wanted), is: enginesHere(reports) },
      concernedOf(about, reports),
    )
  }

const dataOf = async (
  record: RunRecord,
  wanted: readonly InstanceRecord[],
  { cwd, project, data }: ReproduceOptions & { readonly cwd: string },
): Promise<readonly FoundData[]> => {
  // On another machine, or after a move: the project that the command is called in.
  const now =
    project === undefined
      ? existsSync(record.asked.project)
        ? undefined
        : projectOf(cwd)
      : resolve(cwd, project)
  return findData(wanted, {
    project: record.asked.project,
    ...(now === undefined ? {} : { now }),
    ...(data === undefined ? {} : { data: resolve(cwd, data) }),
  })
}

/** Lays a record out, runs what can be run, and compares. */
export const repeat = async (
  record: RunRecord,
  store: Store,
  options: ReproduceOptions & { readonly cwd: string },
  folder: string,
): Promise<Found> => {
  const leftOut = leaver(options.times === true)
  const wanted = record.instances.filter(each => isDone(each) && (options.times === true || !isTimed(each)))
  const reports = await probeEngines()
  const environment = environmentFor(record, wanted, reports)
  const data = await dataOf(record, wanted, options)
  const laid = await layOut(record, store, data, folder)
  const notes = laid.otherShipped.map(
    name => `${name} has another text in this version of Trimtab; it ran with the recorded one`,
  )
  const changed: Change[] = data.flatMap(({ change }) => change ?? [])
  const stop = (found: Pick<Found, 'verdict' | 'found'>): Found => ({
    ...found,
    steps: [],
    changed,
    environment: environment(),
    notes,
    problems: [],
  })

  const lacking = engineLacking(wanted, reports)
  if (lacking !== undefined) return stop({ verdict: 'another-environment', found: lacking })
  const isGone = data.some(({ lies }) => lies === undefined)
  if (changed.length > 0 && (!options.anyway || isGone))
    return stop(decideReproduction({ steps: [], changed, environment: [], interrupted: false }))

  const everything = wanted.length === record.instances.length
  const only = options.only ?? (everything ? record.asked.only : wanted.map(({ instance }) => instance))
  const planned = await planToRun({
    recipe: laid.recipe,
    cwd: laid.project,
    set: paramsOf(record, laid.place),
    ...(record.asked.sweep ? { sweep: record.asked.sweep } : {}),
    env: {},
    engine: record.where.engine.name,
    store: join(folder, 'store'),
    // What lies at a remote is no repetition.
    remote: 'none',
    allow: data.flatMap(({ lies }) => lies ?? []),
    open: laid.open,
    ...(options.kinds ? { kinds: options.kinds } : {}),
    ...(only ? { only } : {}),
  })
  if (!planned.ok || !planned.plan || !planned.store) {
    const loaded = new Set(planned.kinds.map(({ kind }) => kind))
    const lacking = record.instances.map(({ kind }) => kind).filter(kind => !loaded.has(kind))
    if (planned.problems.some(({ code }) => code === 'unknown-kind'))
      throw new ProblemError(...givenKinds(record, new Set(lacking)))
    changed.push({
      what: 'recipe',
      text: 'this version of Trimtab refuses the recipe with what is here',
      problems: planned.problems,
    })
    return stop(decideReproduction({ steps: [], changed, environment: [], interrupted: false }))
  }
  const parts = new Map(record.instances.map(each => [each.instance, partsOf(each)]))
  const plan = takenAs(planned.plan, id => parts.get(id))
  const ids = new Set(plan.instances.map(({ id }) => id))
  const among = options.only ? wanted.filter(({ instance }) => ids.has(instance)) : wanted
  const touched = new Set(changed.flatMap(({ steps = [] }) => steps))
  changed.push(...findChanges(among, plan.instances, touched))
  if (changed.length > 0 && !options.anyway)
    return stop(decideReproduction({ steps: [], changed, environment: [], interrupted: false }))

  const again = await runPlanned(plan, planned.store, {
    keepGoing: true,
    ...(only ? { only } : {}),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  })
  const steps = await compareRuns({
    was: record.instances,
    is: again.instances,
    stores: { was: store, is: planned.store },
    leftOut,
    tolerance: each => toleranceOf(each, reports),
  })
  const differing = environment(firstDifferent(steps))
  return {
    ...decideReproduction({
      steps,
      changed,
      environment: differing,
      interrupted: again.outcome === 'interrupted',
    }),
    steps,
    changed,
    environment: differing,
    notes,
    problems: again.problems.filter(({ severity }) => severity === 'error'),
  }
}
