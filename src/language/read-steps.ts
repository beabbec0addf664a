import { topological } from '../core/order.js'
import { latticeOf, sweptParams } from './axes.js'
import { checkAxisNames } from './axis-names.js'
import type { Finished } from './composed.js'
import { takenBy, type Frame } from './frames.js'
import { join, narrowed, type Lattice } from './lattice.js'
import { tellLayers } from './layers.js'
import { layersOfStep, type KnownLayers } from './layers-of.js'
import { locator } from './locate.js'
import type { Step } from './recipe.js'
import { spanOf } from './source-file.js'
import type { Outline } from './step-outline.js'
import { readVariants, type ReadStep, type StepContext } from './steps.js'

/** Steps in an order in which each comes after what it takes from; those of a circle come as they are written. */
const inReadingOrder = ({ outlines, broken }: Finished): readonly Outline[] =>
  topological(
    [...outlines.values()].map(outline => ({
      id: outline.id,
      after: broken.has(outline.id)
        ? []
        : [...Object.values(outline.ports).flat(), ...outline.layerSources, ...takenBy(outline.frame)].map(
            each => each.step,
          ),
      outline,
    })),
  ).map(({ outline }) => outline)

export interface StepsContext extends StepContext {
  /** The combinations of the params that the command line sweeps. */
  readonly sweep: Lattice
}

/** Steps as they were read, and the axes of what stands inside of a frame. */
export interface ReadSteps {
  readonly steps: readonly ReadStep[]
  latticeIn(frame: Frame): Lattice
}

/** Reads every step: its axes, and what it says of each combination of them. */
export const readSteps = async (finished: Finished, context: StepsContext): Promise<ReadSteps> => {
  const { outlines, broken } = finished
  const { reporter, sweep } = context
  const steps = new Map<string, ReadStep>()
  const lattices = new Map<string, Lattice>()
  const swept = sweptParams(outlines, Object.keys(sweep.axes))
  for (const outline of inReadingOrder(finished)) {
    const layers = new Map<object, KnownLayers>()
    for (const { step, place, pins } of outline.layerSources) {
      const source = steps.get(step)
      if (source && !source.poisoned) layers.set(place, await layersOfStep(source, steps, pins))
    }
    const lattice = latticeOf(outline, { reporter, sweep, swept, layers, lattices })
    if (lattice) lattices.set(outline.id, lattice)
    const read = readVariants(outline, lattice, context)
    const isBroken = broken.has(outline.id)
    if (outline.spec && outline.node && (read.poisoned || isBroken))
      tellLayers(outline.spec, read.variants[0]?.config ?? {}, outline.entry, reporter)
    steps.set(outline.id, { ...outline, ...read, poisoned: read.poisoned || isBroken })
  }
  checkAxisNames(steps.values(), reporter)
  return {
    steps: [...outlines.keys()].map(id => steps.get(id)!),
    latticeIn: frame =>
      takenBy(frame).reduce((all, reference) => {
        const target = lattices.get(reference.step)
        const open = target && narrowed(target, reference, reporter)
        const joined = open ? join(all, open) : all
        // What does not go together was told at the steps inside.
        return joined === 'too-large' || 'axis' in joined ? all : joined
      }, frame.lattice),
  }
}

/** A step as later stages see it. */
export const stepOf = (read: ReadStep): Step => {
  const { frame } = read
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
    outer: frame.guards.map(guard => {
      const locate = locator(guard.entry)
      return {
        when: guard.expression,
        names: { prefix: guard.frame.prefix, inputs: guard.frame.inputs },
        locate: within => locate(['when'], within),
      }
    }),
    names: { prefix: frame.prefix, inputs: frame.inputs },
    ...(frame.seed === undefined ? {} : { from: frame.seed }),
    expressions: read.expressions,
    ...(read.description === undefined ? {} : { description: read.description }),
    engine: read.engine ?? frame.engine,
    at: spanOf(read.entry.key),
    locate: locator(read.entry),
  }
}
