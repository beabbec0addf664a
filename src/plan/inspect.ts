import type { Path } from '../core/problem.js'
import type { FileRef } from '../core/step-file.js'
import { narrow, type Schema } from '../language/narrow.js'
import { pathFieldsOf } from '../language/paths.js'
import type { Step, Variant } from '../language/recipe.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { FoundFile } from './files.js'
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

/** Reads the headers of a step's files and digests them whole; adds what is wrong with them to `problems`. */
export const inspectStep = async (
  step: Step,
  config: Variant['config'],
  spec: AnyStepSpec,
  read: (path: string) => Promise<FoundFile>,
  problems: Problems,
): Promise<Inspected> => {
  const inspection = await spec.inspect?.(config)
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
