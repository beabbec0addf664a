import { version } from '../../core/home.js'
import type { EnvironmentDifference } from '../../judge/reproduction.js'
import type { InstanceRecord, RunRecord } from '../../store/run-record.js'

/** The engine that a step ran on, as its key has it; undefined of a step that does not compute. */
export const engineOf = ({
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
}

interface Machine {
  readonly processor: string
  readonly cores: string
  readonly platform: string
}

/** The parts of a machine class, `Intel(R) Xeon(R) × 8, linux-x64`. */
const partsOf = (machine: string): Machine => {
  const [, processor = machine, cores = '', platform = ''] = /^(.*) × (\d+), ([\w-]+)$/s.exec(machine) ?? []
  return { processor, cores, platform }
}

const ownCode = 'the code of a plug-in runs on it, and of that Trimtab promises nothing'
const anyMachine = 'the engine promises the same bits on every machine; measured times are of one alone'
const anyNode = 'no result hangs on it: what Node computes differently from version to version is not used'

/** What is another here than where a run was recorded, and whether it can matter to the step in question. */
export const environmentDifferences = (
  was: RunRecord['where'],
  is: { readonly node: string; readonly machine: string; readonly engines: ReadonlyMap<string, string> },
  engines: ReadonlyMap<string, string>,
  { computes, isPlugin, tolerant }: Concerned,
): readonly EnvironmentDifference[] => {
  const [before, now] = [partsOf(was.machine), partsOf(is.machine)]
  const free = isPlugin || tolerant
  const why = tolerant ? 'the engine promises a tolerance only, and rounds as the machine does' : ownCode
  const differing = (
    what: EnvironmentDifference['what'],
    from: string,
    to: string,
    matters: boolean,
    because: string,
  ): readonly EnvironmentDifference[] =>
    from === to ? [] : [{ what, was: from, is: to, matters, why: because }]
  return [
    ...[...engines].flatMap(([name, from]) =>
      differing(
        'engine',
        `${name} ${from}`,
        `${name} ${is.engines.get(name) ?? 'not available'}`,
        computes,
        computes
          ? 'another version of an engine, or of its kernels, may compute other bits'
          : 'the step does not compute with it',
      ),
    ),
    ...differing(
      'trimtab',
      was.trimtab,
      version(),
      true,
      'a version may compute otherwise; where that is known, the revision of the kind says so',
    ),
    ...differing('node', was.node, is.node, free, free ? why : anyNode),
    ...differing('processor', before.processor, now.processor, free, free ? why : anyMachine),
    ...differing('cores', before.cores, now.cores, free, free ? why : anyMachine),
    ...differing('platform', before.platform, now.platform, free, free ? why : anyMachine),
  ]
}
