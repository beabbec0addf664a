import { dirname, resolve } from 'node:path'
import { realpathSync } from 'node:fs'
import { digestOf } from '../core/hash.js'
import { topological } from '../core/order.js'
import type { EngineName } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { latticeOf, sweptParams } from './axes.js'
import { checkAxisNames } from './axis-names.js'
import { readGates } from './gates.js'
import type { Lattice } from './lattice.js'
import { tellLayers } from './layers.js'
import { layersOfStep, type NamedLayer } from './layers-of.js'
import { locator } from './locate.js'
import { paramNames, type ParamSources } from './params.js'
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
  /** For `TRIMTAB_PARAM_X`. Absent: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
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
const readSteps = async (top: Top, given: StepsGiven): Promise<ReadStep[]> => {
  const { interpolation, reporter, sweep } = given
  const kinds = new Map(given.kinds.map(spec => [spec.kind, spec]))
  const outlines = new Map<string, Outline>()
  for (const [id, entry] of partOf(top, 'steps')?.entries ?? [])
    outlines.set(id, readOutline(id, entry, { kinds, params: interpolation.names, reporter }))
  const broken = checkReferences(outlines, reporter)
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
  return [...outlines.keys()].map(id => steps.get(id)!)
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
  source: SourceFile,
  top: Top,
  options: ReadRecipeOptions,
  reporter: Reporter,
): Promise<Recipe> => {
  const { cwd } = options
  const sources: ParamSources = { set: options.set ?? {}, env: options.env ?? {}, cwd }
  const { params, sweep, values } = readSweep(partOf(top, 'params'), sources, options.sweep ?? {}, reporter)
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
  const steps = await readSteps(top, { kinds: options.kinds, interpolation, reach, reporter, sweep })
  const gates = readGates(partOf(top, 'gates'), interpolation.names, reporter)
  return {
    file: source.path,
    digest: digestOf(source.text),
    project,
    ...(top.description === undefined ? {} : { description: top.description }),
    seed: top.seed,
    engine: top.engine,
    params: params.values,
    set: params.set,
    ...(values ? { sweep: values } : {}),
    steps: steps.map(step => stepOf(step, top.engine)),
    gates,
    frame: at => (at.file === source.path ? source.frame(at) : ''),
  }
}

/** Reads and checks a recipe: everything that its text, its params and the names of its files can tell. */
export const readRecipe = async (options: ReadRecipeOptions): Promise<ReadRecipe> => {
  const path = resolve(options.cwd, options.file)
  const read = await readText(path, options.cwd)
  if ('problem' in read) return { problems: [read.problem] }
  const source = sourceFile(realpathSync(path), read.text)
  const reporter = createReporter()
  const root = readYaml(source, reporter)
  const top = root && readTop(root, source, reporter)
  if (!top) return { problems: reporter.problems() }
  const recipe = await assemble(source, top, options, reporter)
  return { recipe, problems: reporter.problems() }
}
