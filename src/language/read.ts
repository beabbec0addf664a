import { dirname, resolve } from 'node:path'
import { realpathSync } from 'node:fs'
import { digestOf } from '../core/hash.js'
import type { EngineName } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { readGates } from './gates.js'
import { tellLayers } from './layers.js'
import { locator } from './locate.js'
import { readParams, paramNames, type ParamSources } from './params.js'
import { projectOf } from './project.js'
import type { Recipe, Step } from './recipe.js'
import { checkReferences } from './references.js'
import { createReporter, type Reporter } from './reporter.js'
import { readText, type OpenTexts } from './read-text.js'
import { spanOf, sourceFile, type SourceFile } from './source-file.js'
import { readStep, type ReadStep } from './steps.js'
import { partOf, readTop, type Top } from './top.js'
import { readYaml } from './yaml-document.js'

export interface ReadRecipeOptions {
  /** Path of the recipe, from `cwd`. */
  readonly file: string
  readonly kinds: readonly AnyStepSpec[]
  /** Params by name, as text. */
  readonly set?: Readonly<Record<string, string>>
  readonly cwd: string
  /** For `TRIMTAB_PARAM_X`. Absent: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Files and folders outside of the project that may be read. */
  readonly allow?: readonly string[]
  /** For editors: what is being written is read as it stands there. */
  readonly open?: OpenTexts
}

export interface ReadRecipe {
  /** Absent where the file is no recipe at all. Faulty steps in it are poisoned, faulty gates left out. */
  readonly recipe?: Recipe
  /** All of them, by position. */
  readonly problems: readonly Problem[]
}

const readSteps = (top: Top, given: StepsGiven): Map<string, ReadStep> => {
  const { kinds, interpolation, reach, reporter } = given
  const context = { kinds: new Map(kinds.map(spec => [spec.kind, spec])), interpolation, reach, reporter }
  const steps = new Map<string, ReadStep>()
  for (const [id, entry] of partOf(top, 'steps')?.entries ?? []) {
    const step = readStep(id, entry, context)
    if (step) steps.set(id, step)
  }
  return steps
}

interface StepsGiven {
  readonly kinds: readonly AnyStepSpec[]
  readonly interpolation: Parameters<typeof readStep>[2]['interpolation']
  readonly reach: Parameters<typeof readStep>[2]['reach']
  readonly reporter: Reporter
}

const stepOf = (read: ReadStep, broken: ReadonlySet<string>, engine: EngineName | 'auto'): Step => {
  const { needs, ...meta } = read.meta
  return {
    id: read.id,
    kind: read.kind,
    ...(read.spec ? { spec: read.spec } : {}),
    poisoned: read.poisoned || broken.has(read.id),
    config: read.config,
    ports: read.ports,
    needs,
    ...meta,
    engine: meta.engine ?? engine,
    at: spanOf(read.entry.key),
    locate: locator(read.entry),
  }
}

/** The recipe of a text that was read as YAML. */
const assemble = (source: SourceFile, top: Top, options: ReadRecipeOptions, reporter: Reporter): Recipe => {
  const { cwd } = options
  const sources: ParamSources = { set: options.set ?? {}, env: options.env ?? {}, cwd }
  const params = readParams(partOf(top, 'params'), sources, reporter)
  const folder = dirname(source.path)
  const project = projectOf(folder)
  const reach = {
    project,
    allowed: [
      ...top.allowPaths.map(path => resolve(folder, path)),
      ...params.given,
      ...(options.allow ?? []).map(path => resolve(cwd, path)),
    ],
    told: new Set<string>(),
  }
  const interpolation = { names: paramNames(params), scope: { params: params.values } }
  const steps = readSteps(top, { kinds: options.kinds, interpolation, reach, reporter })
  const broken = checkReferences(steps, reporter)
  for (const { id, spec, poisoned, config, entry } of steps.values())
    if (spec && (poisoned || broken.has(id))) tellLayers(spec, config, entry, reporter)
  const gates = readGates(partOf(top, 'gates'), reporter)
  return {
    file: source.path,
    digest: digestOf(source.text),
    project,
    ...(top.description === undefined ? {} : { description: top.description }),
    seed: top.seed,
    engine: top.engine,
    params: params.values,
    set: params.set,
    steps: [...steps.values()].map(step => stepOf(step, broken, top.engine)),
    gates,
    frame: at => (at.file === source.path ? source.frame(at) : ''),
  }
}

/** A path without symlinks; of a file that was never saved, the path itself. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Reads and checks a recipe: everything that its text, its params and the names of its files can tell. */
export const readRecipe = async (options: ReadRecipeOptions): Promise<ReadRecipe> => {
  const path = resolve(options.cwd, options.file)
  const read = await readText(path, options.cwd, options.open)
  if ('problem' in read) return { problems: [read.problem] }
  const source = sourceFile(realPath(path), read.text)
  const reporter = createReporter()
  const root = readYaml(source, reporter)
  const top = root && readTop(root, source, reporter)
  if (!top) return { problems: reporter.problems() }
  const recipe = assemble(source, top, options, reporter)
  return { recipe, problems: reporter.problems() }
}
