import { dirname, relative, resolve } from 'node:path'
import { realpathSync } from 'node:fs'
import { digestOf, digestValue } from '../core/hash.js'
import { topological } from '../core/order.js'
import type { EngineName } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { latticeOf, sweptParams } from './axes.js'
import { checkAxisNames } from './axis-names.js'
import { readLayers } from './extends.js'
import { readGates } from './gates.js'
import { dropOptional, readInputs, readOutputs } from './inputs.js'
import type { Lattice } from './lattice.js'
import { tellLayers } from './layers.js'
import { layersOfStep, type NamedLayer } from './layers-of.js'
import { locator } from './locate.js'
import { mergeLayers } from './merge.js'
import { paramNames, type ParamSources } from './params.js'
import { readParamsFiles, type ParamsFile } from './params-files.js'
import { projectOf } from './project.js'
import type { Recipe, Step } from './recipe.js'
import { checkReferences } from './references.js'
import { createReporter, type Reporter } from './reporter.js'
import { readText } from './read-text.js'
import { spanOf, sourceFile, type SourceFile } from './source-file.js'
import { readOutline, type Outline } from './step-outline.js'
import { readVariants, type ReadStep, type StepContext } from './steps.js'
import { readSweep } from './sweep.js'
import { partOf, readTop, type Top } from './top.js'
import { readYaml } from './yaml-document.js'

export interface ReadRecipeOptions {
  /** Path of the recipe, from `cwd`. */
  readonly file: string
  readonly kinds: readonly AnyStepSpec[]
  /** Params by name, as text. */
  readonly set?: Readonly<Record<string, string>>
  /** Params that get several values, as text: variants of the recipe in one graph. */
  readonly sweep?: Readonly<Record<string, readonly string[]>>
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

interface StepsGiven extends StepContext {
  readonly kinds: readonly AnyStepSpec[]
  readonly sweep: Lattice
  /** Inputs that are given from outside. */
  readonly given: ReadonlySet<string>
}

interface ReadSteps extends Pick<Recipe, 'inputs' | 'outputs'> {
  readonly steps: readonly ReadStep[]
}

/** Steps in an order in which each comes after what it takes from; those of a circle come as they are written. */
const inReadingOrder = (
  outlines: ReadonlyMap<string, Outline>,
  broken: ReadonlySet<string>,
): readonly Outline[] =>
  topological(
    [...outlines.values()].map(outline => ({
      id: outline.id,
      after: broken.has(outline.id)
        ? []
        : [...Object.values(outline.ports).flat(), ...outline.layerSources].map(each => each.step),
      outline,
    })),
  ).map(({ outline }) => outline)

/** Reads every step: how it stands in the graph, its axes, and what it says of each combination of them. */
const readSteps = async (top: Top, given: StepsGiven): Promise<ReadSteps> => {
  const { interpolation, reporter, sweep } = given
  const kinds = new Map(given.kinds.map(spec => [spec.kind, spec]))
  const outlines = new Map<string, Outline>()
  for (const [id, entry] of partOf(top, 'steps')?.entries ?? [])
    outlines.set(id, readOutline(id, entry, { kinds, params: interpolation.names, reporter }))
  const inputs = readInputs(partOf(top, 'inputs'), outlines, reporter)
  const broken = checkReferences(outlines, reporter)
  dropOptional(inputs, given.given, outlines, reporter)
  const outputs = readOutputs(partOf(top, 'outputs'), outlines, reporter)
  const steps = new Map<string, ReadStep>()
  const lattices = new Map<string, Lattice>()
  const layers = new Map<string, readonly NamedLayer[] | undefined>()
  const swept = sweptParams(outlines, Object.keys(sweep.axes))
  for (const outline of inReadingOrder(outlines, broken)) {
    for (const { step } of outline.layerSources) {
      const source = steps.get(step)
      if (source && !source.poisoned) layers.set(step, await layersOfStep(source, steps))
    }
    const lattice = latticeOf(outline, { interpolation, reporter, sweep, swept, layers, lattices })
    if (lattice) lattices.set(outline.id, lattice)
    const read = readVariants(outline, lattice, given)
    const isBroken = broken.has(outline.id)
    if (outline.spec && outline.node && (read.poisoned || isBroken))
      tellLayers(outline.spec, read.variants[0]?.config ?? {}, outline.entry, reporter)
    steps.set(outline.id, { ...outline, ...read, poisoned: read.poisoned || isBroken })
  }
  checkAxisNames(steps.values(), reporter)
  return { steps: [...outlines.keys()].map(id => steps.get(id)!), inputs, outputs }
}

const stepOf = (read: ReadStep, engine: EngineName | 'auto'): Step => {
  const [first] = read.variants
  return {
    id: read.id,
    kind: read.kind,
    ...(read.spec ? { spec: read.spec } : {}),
    poisoned: read.poisoned,
    ...(first ?? { config: {}, resources: {}, retries: 0 }),
    axes: read.axes,
    variants: read.variants,
    ports: read.ports,
    needs: read.needs,
    ...(read.when ? { when: read.when } : {}),
    expressions: read.expressions,
    ...(read.description === undefined ? {} : { description: read.description }),
    engine: read.engine ?? engine,
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
const assemble = async (
  sources: readonly SourceFile[],
  top: Top,
  options: ReadRecipeOptions,
  { project, allowed, files }: Around,
  reporter: Reporter,
): Promise<Recipe> => {
  const { cwd } = options
  const source = sources[0]!
  const given: ParamSources = { set: options.set ?? {}, env: options.env ?? {}, files, cwd }
  const { params, sweep, values } = readSweep(partOf(top, 'params'), given, options.sweep ?? {}, reporter)
  const reach = {
    project,
    allowed: [...top.allowPaths, ...params.given, ...allowed],
    told: new Set<string>(),
  }
  const interpolation = { names: paramNames(params), scope: { params: params.values } }
  const { steps, inputs, outputs } = await readSteps(top, {
    kinds: options.kinds,
    interpolation,
    reach,
    reporter,
    sweep,
    given: new Set(options.given),
  })
  const gates = readGates(partOf(top, 'gates'), interpolation.names, reporter)
  return {
    file: source.path,
    files: sources.map(({ path }) => path),
    digest:
      sources.length === 1 ? digestOf(source.text) : digestValue(sources.map(({ text }) => digestOf(text))),
    project,
    ...(top.description === undefined ? {} : { description: top.description }),
    seed: top.seed,
    engine: top.engine,
    declared: params.declared,
    params: params.values,
    set: params.set,
    ...(values ? { sweep: values } : {}),
    inputs,
    outputs,
    steps: steps.map(step => stepOf(step, top.engine)),
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
  const recipe = await assemble(layers.sources, top, options, around, reporter)
  return { recipe, problems: reporter.problems() }
}
