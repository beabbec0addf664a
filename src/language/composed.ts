import type { AnyStepSpec } from '../steps/define-step.js'
import type { Frame } from './frames.js'
import type { ReadGate } from './gates.js'
import type { RecipeInput } from './inputs.js'
import type { Lattice } from './lattice.js'
import type { Reference } from './recipe.js'
import type { PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { Outline } from './step-outline.js'
import type { Top } from './top.js'

export interface ComposeContext {
  readonly kinds: readonly AnyStepSpec[]
  /** Some plug-in was not loaded: a kind that nobody knows may be one of its. */
  readonly incomplete: boolean
  readonly reporter: Reporter
  /** The combinations of the params that the command line sweeps. */
  readonly sweep: Lattice
  /** Inputs that are given from outside. */
  readonly given: ReadonlySet<string>
  /** Real paths of the recipes that this one is used in, and its own. */
  readonly trail: readonly string[]
  readonly open: OpenPipeline
}

/** Opens the recipe that a pipeline uses; undefined where it cannot be read, which was told. */
export type OpenPipeline = (
  uses: PlacedText,
  reporter: Reporter,
) => Promise<
  | {
      readonly top: Top
      readonly kinds: readonly AnyStepSpec[]
      readonly incomplete: boolean
      readonly file: string
    }
  | undefined
>

export type PlacedText = PlacedReference['place'] & { readonly value: string }

/** The steps of a recipe and of the pipelines inside of it, and what its names stand for. */
export interface Composed {
  readonly inputs: readonly RecipeInput[]
  /** By the names of outputs; names of steps are those of the recipe itself. */
  readonly outputs: Readonly<Record<string, PlacedReference>>
  /** Kind and outputs of its steps, by their ids inside of it. */
  readonly local: ReadonlyMap<string, Outline>
  /** A reference of its own by full ids. */
  resolve(reference: PlacedReference): PlacedReference
  /** Everything by full ids. Only to be called once what its inputs stand for is known. */
  finish(): Finished
}

export interface Finished {
  readonly outlines: ReadonlyMap<string, Outline>
  /** Full ids of steps that cannot be made. */
  readonly broken: ReadonlySet<string>
  readonly gates: readonly ReadGate[]
  /** Outputs by full ids of pipelines. */
  readonly pipelines: ReadonlyMap<string, Readonly<Record<string, Reference>>>
}

/** Reads the steps of a recipe, those of its pipelines in their place, and its gates. */
export type Compose = (top: Top, frame: Frame, context: ComposeContext) => Promise<Composed>
