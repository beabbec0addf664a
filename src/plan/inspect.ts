import { canonical } from '../core/hash.js'
import type { Path } from '../core/problem.js'
import type { FileRef } from '../core/step-file.js'
import { narrow, type Schema } from '../language/narrow.js'
import { pathFieldsOf } from '../language/paths.js'
import type { Step, Variant } from '../language/recipe.js'
import type { AnyStepSpec, Inspection } from '../steps/define-step.js'
import { stampOf, type FoundFile } from './files.js'
import type { Problems } from './placed.js'

/** What reading the headers of a step's files gave. */
export interface Inspected {
  readonly files: Readonly<Record<string, FileRef>>
  /** For `predict`. */
  readonly found?: unknown
  /** False: something is wrong with its files, so nothing more can be said of it. */
  readonly sound: boolean
}

const pathsOf = (spec: AnyStepSpec, config: unknown): { readonly path: Path; readonly value: string }[] => {
  const schema = spec.params as object as Schema
  return pathFieldsOf(narrow(schema, config), config)
}

/** What headers said, by kind and config, with the stamps of the files when they were read. */
export type InspectionMemory = Map<string, { readonly stamps: string; readonly inspection: Inspection }>

const stampsOf = async (files: readonly string[]): Promise<string> =>
  (await Promise.all(files.map(file => stampOf(file).catch(() => 'absent')))).join(',')

/** What a kind reads of its files; from memory if it was read before and no file changed. Faults are not remembered. */
const inspect = async (
  spec: AnyStepSpec,
  config: Variant['config'],
  memory: InspectionMemory | undefined,
): Promise<Inspection | undefined> => {
  if (!spec.inspect || !memory) return spec.inspect?.(config)
  const identity = `${spec.kind} ${canonical(config)}`
  const known = memory.get(identity)
  if (known && known.stamps === (await stampsOf(known.inspection.files))) return known.inspection
  const inspection = await spec.inspect(config)
  if ((inspection.faults ?? []).length === 0)
    memory.set(identity, { stamps: await stampsOf(inspection.files), inspection })
  return inspection
}

export interface Inspecting {
  readonly read: (path: string) => Promise<FoundFile>
  readonly problems: Problems
  readonly inspections?: InspectionMemory
}

/** Reads the headers of a step's files and digests them whole; adds what is wrong with them to `problems`. */
export const inspectStep = async (
  step: Step,
  config: Variant['config'],
  spec: AnyStepSpec,
  { read, problems, inspections }: Inspecting,
): Promise<Inspected> => {
  const inspection = await inspect(spec, config, inspections)
  const faults = inspection?.faults ?? []
  for (const fault of faults) problems.fault(step, fault)
  const said = faults.some(({ severity = 'error' }) => severity === 'error')
  let sound = !said
  const paths = inspection?.files ?? pathsOf(spec, config).map(({ value }) => value)
  const files: Record<string, FileRef> = {}
  const digested = await Promise.all(
    [...new Set(paths)].map(async path => ({ path, found: await read(path) })),
  )
  for (const { path, found } of digested) {
    if (!('code' in found)) {
      files[path] = found
      continue
    }
    sound = false
    // The kind has said what is wrong with its files; saying it again would be an echo.
    if (said) continue
    const place = pathsOf(spec, config).find(({ value }) => value === path)?.path
    problems.fault(step, { ...found, ...(place === undefined ? {} : { path: place }) })
  }
  const found = inspection?.found
  return { files, sound, ...(found === undefined ? {} : { found }) }
}
