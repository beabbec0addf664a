import { dirname, relative, resolve } from 'node:path'
import { realpathSync } from 'node:fs'
import { digestOf, digestValue } from '../core/hash.js'
import type { EngineName } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { readLayers } from './extends.js'
import { readGates } from './gates.js'
import { dropOptional, readInputs, readOutputs } from './inputs.js'
import { tellLayers } from './layers.js'
import { locator } from './locate.js'
import { mergeLayers } from './merge.js'
import { readParams, paramNames, type ParamSources } from './params.js'
import { readParamsFiles, type ParamsFile } from './params-files.js'
import { projectOf } from './project.js'
import type { Recipe, Step } from './recipe.js'
import { checkReferences } from './references.js'
import { createReporter, type Reporter } from './reporter.js'
import { readText } from './read-text.js'
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
  /** Files of params, from `cwd`; later ones over earlier ones. */
  readonly paramsFiles?: readonly string[]
  /** For `TRIMTAB_PARAM_X`. Absent: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Inputs that are given from outside: the recipe is used as a pipeline. Absent: none. */
  readonly given?: readonly string[]
  /** Files and folders outside of the project that may be read. */
  readonly allow?: readonly string[]
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

/** What lies around a recipe. */
interface Around {
  readonly project: string
  /** Files and folders outside of it that may be read. */
  readonly allowed: readonly string[]
  readonly files: readonly ParamsFile[]
}

/** The recipe of a text that was read as YAML. */
const assemble = (
  sources: readonly SourceFile[],
  top: Top,
  options: ReadRecipeOptions,
  { project, allowed, files }: Around,
  reporter: Reporter,
): Recipe => {
  const { cwd } = options
  const source = sources[0]!
  const given: ParamSources = { set: options.set ?? {}, env: options.env ?? {}, files, cwd }
  const params = readParams(partOf(top, 'params'), given, reporter)
  const reach = {
    project,
    allowed: [...top.allowPaths, ...params.given, ...allowed],
    told: new Set<string>(),
  }
  const interpolation = { names: paramNames(params), scope: { params: params.values } }
  const steps = readSteps(top, { kinds: options.kinds, interpolation, reach, reporter })
  const inputs = readInputs(partOf(top, 'inputs'), steps, reporter)
  const broken = checkReferences(steps, reporter)
  dropOptional(inputs, new Set(options.given), steps, reporter)
  const outputs = readOutputs(partOf(top, 'outputs'), steps, reporter)
  for (const { id, spec, poisoned, config, entry } of steps.values())
    if (spec && (poisoned || broken.has(id))) tellLayers(spec, config, entry, reporter)
  const gates = readGates(partOf(top, 'gates'), reporter)
  return {
    file: source.path,
    files: sources.map(({ path }) => path),
    digest:
      sources.length === 1 ? digestOf(source.text) : digestValue(sources.map(({ text }) => digestOf(text))),
    project,
    ...(top.description === undefined ? {} : { description: top.description }),
    seed: top.seed,
    engine: top.engine,
    params: params.values,
    set: params.set,
    inputs,
    outputs,
    steps: [...steps.values()].map(step => stepOf(step, broken, top.engine)),
    gates,
    frame: at => sources.find(({ path }) => path === at.file)?.frame(at) ?? '',
  }
}

/** Reads and checks a recipe: everything that its text, its params and the names of its files can tell. */
export const readRecipe = async (options: ReadRecipeOptions): Promise<ReadRecipe> => {
  const path = resolve(options.cwd, options.file)
  const reporter = createReporter()
  const read = await readText(path, 'recipe')
  if ('fault' in read) {
    const { code, message, hint } = read.fault
    reporter.report(code, message(relative(options.cwd, path) || '.'), undefined, hint?.(options.cwd))
    return { problems: reporter.problems() }
  }
  const source = sourceFile(realpathSync(path), read.text)
  const project = projectOf(dirname(source.path))
  const root = readYaml(source, reporter)
  if (!root) return { problems: reporter.problems() }
  const outside = (options.allow ?? []).map(each => resolve(options.cwd, each))
  const layers =
    root.kind === 'map'
      ? await readLayers(root, source, { project, allowed: outside, reporter })
      : { roots: [], sources: [source], shipped: [] }
  if (!layers) return { problems: reporter.problems() }
  const kinds = new Map(options.kinds.map(spec => [spec.kind, spec]))
  const whole = root.kind === 'map' ? mergeLayers(layers.roots, kinds) : root
  const top = readTop(whole, source, reporter)
  if (!top) return { problems: reporter.problems() }
  const files = await readParamsFiles(options.paramsFiles ?? [], options.cwd, reporter)
  const around = { project, allowed: [...outside, ...layers.shipped], files }
  const recipe = assemble(layers.sources, top, options, around, reporter)
  return { recipe, problems: reporter.problems() }
}
