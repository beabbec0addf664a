import { realpathSync } from 'node:fs'
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
  readonly mayRead: (path: string) => boolean
  readonly problems: Problems
  readonly inspections?: InspectionMemory
}

/** Files of one step that are told of one by one. */
const mostTold = 10

/** Where a path leads that is a link, as the end of a sentence. */
const via = (path: string): string => {
  try {
    const real = realpathSync(path)
    return real === path ? '' : `: its links lead to ${real}`
  } catch {
    return ''
  }
}

/** Reads the headers of a step's files and digests them whole; adds what is wrong with them to `problems`. */
export const inspectStep = async (
  step: Step,
  config: Variant['config'],
  spec: AnyStepSpec,
  { read, mayRead, problems, inspections }: Inspecting,
): Promise<Inspected> => {
  const inspection = await inspect(spec, config, inspections)
  const paths = inspection?.files ?? pathsOf(spec, config).map(({ value }) => value)
  const files: Record<string, FileRef> = {}
  const fields = pathsOf(spec, config)
  const placeOf = (path: string): Path | undefined =>
    (fields.find(({ value }) => value === path) ?? (fields.length === 1 ? fields[0] : undefined))?.path
  // Files that a named file names in turn, and what a link has come to lead to since the recipe was read.
  const outside = paths.filter(path => !mayRead(path))
  for (const path of outside.slice(0, mostTold)) {
    const place = placeOf(path)
    problems.fault(step, {
      code: 'path-outside',
      message: `${path} lies outside of the project${via(path)}`,
      ...(place === undefined ? {} : { path: place }),
      hint: 'Allow it with `allowPaths: [FOLDER]` at the top of the recipe.',
    })
  }
  // What a file outside is like is not told either.
  if (outside.length > 0) return { files, sound: false }
  const faults = inspection?.faults ?? []
  for (const fault of faults) problems.fault(step, fault)
  const said = faults.some(({ severity = 'error' }) => severity === 'error')
  let sound = !said
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
    const place = placeOf(path)
    problems.fault(step, { ...found, ...(place === undefined ? {} : { path: place }) })
  }
  const found = inspection?.found
  return { files, sound, ...(found === undefined ? {} : { found }) }
}
