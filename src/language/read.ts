import { digestOf, digestValue } from '../core/hash.js'
import type { Problem } from '../core/problem.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { compose } from './compose.js'
import { topFrame } from './frames.js'
import { gateOf } from './gates.js'
import { mergeLayers } from './merge.js'
import { pipelineOpener } from './open-pipeline.js'
import { openRecipe, type Opened, type OpenOptions } from './open-recipe.js'
import type { ParamSources } from './params.js'
import { mayRead } from './paths.js'
import { readParamsFiles, type ParamsFile } from './params-files.js'
import { readSteps, stepOf } from './read-steps.js'
import type { Recipe } from './recipe.js'
import { createReporter, type Reporter } from './reporter.js'
import { readStorePlace } from './store-place.js'
import { readSweep } from './sweep.js'
import { partOf, readTop, type Top } from './top.js'

export interface ReadRecipeOptions extends OpenOptions {
  /** Params by name, as text. */
  readonly set?: Readonly<Record<string, string>>
  /** Params that get several values, as text: variants of the recipe in one graph. */
  readonly sweep?: Readonly<Record<string, readonly string[]>>
  /** Files of params, from `cwd`; later ones over earlier ones. */
  readonly paramsFiles?: readonly string[]
  /** For `TRIMTAB_PARAM_X`. Absent: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface ReadRecipe {
  /** Absent where the file is no recipe at all. Faulty steps in it are poisoned, faulty gates left out. */
  readonly recipe?: Recipe
  /** Those that were given, and those of the recipe's plug-ins. */
  readonly kinds: readonly AnyStepSpec[]
  /** All of them, by position. */
  readonly problems: readonly Problem[]
}

/** The recipe of a text that was read as YAML. */
const assemble = async (
  opened: Opened,
  top: Top,
  options: ReadRecipeOptions,
  files: readonly ParamsFile[],
  reporter: Reporter,
): Promise<Recipe> => {
  const { project, kinds, incomplete } = opened
  const sources = [...opened.sources]
  const source = sources[0]!
  const given: ParamSources = { set: options.set ?? {}, env: options.env ?? {}, files, cwd: options.cwd }
  const { params, sweep, values } = readSweep(partOf(top, 'params'), given, options.sweep ?? {}, reporter)
  const allowed = [...top.allowPaths, ...params.given, ...opened.allowed]
  const { trustPlugins } = options
  const composed = await compose(top, topFrame(params, top.engine), {
    kinds,
    incomplete,
    reporter,
    sweep,
    given: new Set(),
    trail: [source.path],
    open: pipelineOpener({
      project,
      allowed,
      kinds: options.kinds,
      sources,
      ...(trustPlugins === undefined ? {} : { trustPlugins }),
      ...(options.open ? { open: options.open } : {}),
    }),
  })
  const finished = composed.finish()
  const reach = { project, allowed, told: new Set<string>() }
  const store = top.store && readStorePlace(top.store, top.node.entries.get('store')!.value, reach, reporter)
  const read = await readSteps(finished, { reach, reporter, sweep })
  return {
    file: source.path,
    files: sources.map(({ path }) => path),
    digest:
      sources.length === 1 ? digestOf(source.text) : digestValue(sources.map(({ text }) => digestOf(text))),
    project,
    ...(top.description === undefined ? {} : { description: top.description }),
    seed: top.seed,
    engine: top.engine,
    ...(store ? { store } : {}),
    declared: params.declared,
    params: params.values,
    set: params.set,
    ...(values ? { sweep: values } : {}),
    inputs: composed.inputs,
    outputs: composed.outputs,
    pipelines: finished.pipelines,
    steps: read.steps.map(stepOf),
    gates: finished.gates.map(gate => gateOf(gate, read.latticeIn(gate.frame))),
    mayRead: path => mayRead(path, reach),
    frame: at => sources.find(({ path }) => path === at.file)?.frame(at) ?? '',
  }
}

/** Reads and checks a recipe: everything that its text, its params and the names of its files can tell. */
export const readRecipe = async (options: ReadRecipeOptions): Promise<ReadRecipe> => {
  const reporter = createReporter()
  const opened = await openRecipe(options, reporter)
  if (!opened) return { kinds: options.kinds, problems: reporter.problems() }
  const { sources, layers, root, kinds } = opened
  const whole =
    root.kind === 'map' ? mergeLayers(layers, new Map(kinds.map(spec => [spec.kind, spec])), reporter) : root
  const top = readTop(whole, sources[0]!, reporter)
  if (!top) return { kinds, problems: reporter.problems() }
  const files = await readParamsFiles(options.paramsFiles ?? [], options.cwd, reporter)
  const recipe = await assemble(opened, top, options, files, reporter)
  return { recipe, kinds, problems: reporter.problems() }
}

/** The kinds that a recipe's steps may have: the given ones, and those of its plug-ins. */
export const readKinds = async (options: OpenOptions): Promise<Omit<ReadRecipe, 'recipe'>> => {
  const reporter = createReporter()
  const opened = await openRecipe(options, reporter)
  return { kinds: opened?.kinds ?? options.kinds, problems: reporter.problems() }
}
