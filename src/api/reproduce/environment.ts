import { version } from '../../core/home.js'
import { isMixed, mixedPrecisionPromise } from '../../core/promise.js'
import type { EngineReport } from '../../engine/engine.js'
import type { EnvironmentDifference } from '../../judge/reproduction.js'
import { machineClass } from '../../plan/machine.js'
import type { InstanceRecord, RunRecord } from '../../store/run-record.js'

/** The engine that a step ran on, as its key has it; undefined of a step that does not compute. */
const engineOf = ({
  identity,
}: Pick<InstanceRecord, 'identity'>): { readonly name: string; readonly version: string } | undefined => {
  const engine = identity?.['engine']
  return typeof engine === 'object' && engine !== null && 'name' in engine && 'version' in engine
    ? { name: String(engine.name), version: String(engine.version) }
    : undefined
}

/** What is known of the step that the question is asked for: the first that differs, or any. */
export interface Concerned {
  readonly computes: boolean
  /** Its code is a plug-in's, of which Trimtab can promise nothing. */
  readonly isPlugin: boolean
  /** The engine promises a tolerance only. */
  readonly tolerant: boolean
  /** The engine promises its bits for one processor architecture and version of Node. */
  readonly machineBound: boolean
}

/** A place where steps ran, as far as it is known. */
export interface Place {
  readonly trimtab: string
  readonly node: string
  readonly processor?: string
  readonly cores?: string
  readonly platform?: string
}

/** The parts of a machine class, `Intel(R) Xeon(R) × 8, linux-x64`. */
export const placeOf = ({
  trimtab,
  node,
  machine,
}: Pick<RunRecord['where'], 'trimtab' | 'node' | 'machine'>): Place => {
  const [, processor = machine, cores = '', platform = ''] = /^(.*) × (\d+), ([\w-]+)$/s.exec(machine) ?? []
  return { trimtab, node, processor, cores, platform }
}

/** Where this process runs. */
export const placeHere = (): Place =>
  placeOf({ trimtab: version(), node: process.version, machine: machineClass() })

const ownCode = 'the code of a plug-in runs on it, and of that Trimtab promises nothing'
const anyMachine = 'the engine promises the same bits on every machine; measured times are of one alone'
const anyNode = 'no result hangs on it: what Node computes differently from version to version is not used'

/** What is another here than where something was recorded, and whether it can matter to the step in question. */
export const environmentDifferences = (
  was: Place,
  is: Place,
  /** Versions by the engine's name, as recorded and as they are here. */
  engines: { readonly was: ReadonlyMap<string, string>; readonly is: ReadonlyMap<string, string> },
  { computes, isPlugin, tolerant, machineBound }: Concerned,
): readonly EnvironmentDifference[] => {
  const free = isPlugin || tolerant
  const why = tolerant
    ? 'the engine promises a tolerance only, and rounds as the machine does'
    : isPlugin
      ? ownCode
      : 'the engine promises its bits for one processor architecture and version of Node'
  const differing = (
    what: EnvironmentDifference['what'],
    [from, to]: readonly [string | undefined, string | undefined],
    matters: boolean,
    because: string,
  ): readonly EnvironmentDifference[] =>
    from === undefined || to === undefined || from === to
      ? []
      : [{ what, was: from, is: to, matters, why: because }]
  const machine = (
    what: 'processor' | 'cores' | 'platform',
    matters: boolean,
  ): readonly EnvironmentDifference[] =>
    differing(what, [was[what], is[what]], matters, matters ? why : anyMachine)
  return [
    ...[...engines.was].flatMap(([name, from]) =>
      differing(
        'engine',
        [`${name} ${from}`, `${name} ${engines.is.get(name) ?? 'not available'}`],
        computes,
        computes
          ? 'another version of an engine, or of its kernels, may compute other bits'
          : 'the step does not compute with it',
      ),
    ),
    ...differing(
      'trimtab',
      [was.trimtab, is.trimtab],
      true,
      'a version may compute otherwise; where that is known, the revision of the kind says so',
    ),
    ...differing('node', [was.node, is.node], free || machineBound, free || machineBound ? why : anyNode),
    ...machine('processor', free),
    ...machine('cores', free),
    ...machine('platform', free || machineBound),
  ]
}

/** Engines that steps ran on, by name. */
export const enginesOf = (
  instances: readonly Pick<InstanceRecord, 'identity'>[],
): ReadonlyMap<string, string> =>
  new Map(
    instances.flatMap(each => {
      const engine = engineOf(each)
      return engine ? [[engine.name, engine.version] as const] : []
    }),
  )

/** Engines that are available here, by name. */
export const enginesHere = (reports: readonly EngineReport[]): ReadonlyMap<string, string> =>
  new Map(reports.flatMap(each => (each.available ? [[each.name, each.version] as const] : [])))

const promiseOf = (
  record: Pick<InstanceRecord, 'identity'>,
  reports: readonly EngineReport[],
): EngineReport['promise'] | undefined => {
  const config = record.identity?.['config'] as Readonly<Record<string, unknown>> | undefined
  const promise = reports.find(({ name }) => name === engineOf(record)?.name)?.promise
  return promise && config && isMixed(config) ? mixedPrecisionPromise : promise
}

/** The relative difference that the engine of a step promises; undefined: it promises the same bits, or there is none. */
export const toleranceOf = (
  record: Pick<InstanceRecord, 'identity'>,
  reports: readonly EngineReport[],
): number | undefined => {
  const promise = promiseOf(record, reports)
  return promise?.kind === 'tolerance' ? promise.figure : undefined
}

/** What matters to any of these steps. */
export const concernedOf = (
  about: readonly Pick<InstanceRecord, 'identity'>[],
  reports: readonly EngineReport[],
): Concerned => ({
  computes: about.some(each => engineOf(each) !== undefined),
  isPlugin: about.some(({ identity }) => identity?.['module'] !== undefined),
  tolerant: about.some(each => toleranceOf(each, reports) !== undefined),
  machineBound: about.some(each => {
    const promise = promiseOf(each, reports)
    return promise?.kind === 'bitwise' && promise.across === 'machine'
  }),
})

/** Why a step cannot run here: its engine is not available. Undefined: it can. */
export const engineLacking = (
  instances: readonly Pick<InstanceRecord, 'identity'>[],
  reports: readonly EngineReport[],
): string | undefined => {
  for (const name of enginesOf(instances).keys()) {
    const report = reports.find(each => each.name === name)
    if (!report?.available)
      return `the ${name} engine that it ran on is not available here: ${report?.why ?? 'it is not known'}`
  }
  return undefined
}
