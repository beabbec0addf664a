import { digestOf, digestValue } from '../core/hash.js'
import { topological } from '../core/order.js'
import type { EngineName } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { latticeOf, sweptParams } from './axes.js'
import { checkAxisNames } from './axis-names.js'
import { readGates } from './gates.js'
import { dropOptional, readInputs, readOutputs } from './inputs.js'
import type { Lattice } from './lattice.js'
import { tellLayers } from './layers.js'
import { layersOfStep, type NamedLayer } from './layers-of.js'
import { locator } from './locate.js'
import { mergeLayers } from './merge.js'
import { openRecipe, type Opened, type OpenOptions } from './open-recipe.js'
import { paramNames, type ParamSources } from './params.js'
import { readParamsFiles, type ParamsFile } from './params-files.js'
import type { Recipe, Step } from './recipe.js'
import { checkReferences } from './references.js'
import { createReporter, type Reporter } from './reporter.js'
import { spanOf } from './source-file.js'
import { readOutline, type Outline } from './step-outline.js'
import { readVariants, type ReadStep, type StepContext } from './steps.js'
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
  /** Inputs that are given from outside: the recipe is used as a pipeline. Absent: none. */
  readonly given?: readonly string[]
}

export interface ReadRecipe {
  /** Absent where the file is no recipe at all. Faulty steps in it are poisoned, faulty gates left out. */
  readonly recipe?: Recipe
  /** Those that were given, and those of the recipe's plug-ins. */
  readonly kinds: readonly AnyStepSpec[]
  /** All of them, by position. */
  readonly problems: readonly Problem[]
}

interface StepsGiven extends StepContext {
  readonly kinds: readonly AnyStepSpec[]
  readonly incomplete: boolean
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
  const { interpolation, incomplete, reporter, sweep } = given
  const kinds = new Map(given.kinds.map(spec => [spec.kind, spec]))
  const outlines = new Map<string, Outline>()
  for (const [id, entry] of partOf(top, 'steps')?.entries ?? [])
    outlines.set(id, readOutline(id, entry, { kinds, incomplete, params: interpolation.names, reporter }))
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

/** The recipe of a text that was read as YAML. */
const assemble = async (
  { sources, project, allowed, kinds, incomplete }: Opened,
  top: Top,
  options: ReadRecipeOptions,
  files: readonly ParamsFile[],
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
    kinds,
    incomplete,
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
