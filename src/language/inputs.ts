import type { ArtifactType } from '../core/artifact.js'
import { didYouMean } from '../core/nearest.js'
import type { Span } from '../core/problem.js'
import { defineStep, type AnyStepSpec } from '../steps/define-step.js'
import { Type } from 'typebox'
import { checkValue } from './check-value.js'
import type { Frame } from './frames.js'
import { identifierFault } from './identifiers.js'
import { plainOf, type Entry, type MapNode } from './node.js'
import { readReference, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import { inputSchema } from './schema.js'
import { spanOf } from './source-file.js'
import type { Outline } from './step-outline.js'
import { tellFaults } from './tell-faults.js'

/** What a recipe takes from outside: `inputs: {data: dataset}`. */
export interface RecipeInput {
  readonly name: string
  readonly type: ArtifactType
  readonly optional: boolean
  readonly description?: string
  readonly at: Span
}

interface PlacedInput extends RecipeInput {
  readonly entry: Entry
}

const article = (type: string): string => (type === 'metrics' ? type : `a ${type}`)

const readInput = (name: string, entry: Entry, reporter: Reporter): PlacedInput | undefined => {
  const { key, value } = entry
  const misnamed = identifierFault(name)
  if (misnamed) reporter.report('wrong-name', misnamed.message, key, misnamed.hint)
  const { faults, value: found } = checkValue(inputSchema, plainOf(value), `input "${name}"`)
  tellFaults(faults, entry, reporter)
  if (misnamed || faults.length > 0) return undefined
  const long = typeof found === 'string' ? { type: found as ArtifactType } : found
  const { type, optional, description } = long as Partial<RecipeInput> & Pick<RecipeInput, 'type'>
  return {
    name,
    type,
    optional: optional === true,
    ...(description === undefined ? {} : { description }),
    at: spanOf(key),
    entry,
  }
}

const specs = new Map<ArtifactType, AnyStepSpec>()

/** Inputs stand in the graph like steps of a kind of their own. */
const specOf = (type: ArtifactType): AnyStepSpec => {
  const spec =
    specs.get(type) ??
    defineStep({
      kind: 'input',
      revision: 1,
      params: Type.Object({}, { additionalProperties: false }),
      produces: { [type]: type },
    })
  specs.set(type, spec)
  return spec
}

const nothing = { ports: {}, needs: [], layerSources: [], expressions: {} }

/** Poisoned, as nothing is known of what will be given: later stages go on without it and say nothing of it. */
const standIn = ({ name, type, entry }: PlacedInput, frame: Frame): Outline => ({
  frame,
  id: name,
  kind: 'input',
  spec: specOf(type),
  entry,
  faulty: true,
  ...nothing,
})

/**
 * Reads `inputs:`. A step of the same name, in a recipe that extends the one with the input, takes its place; each
 * other one is put among the steps as a stand-in. Gives those that are not bound.
 */
export const readInputs = (
  node: MapNode | undefined,
  steps: Map<string, Outline>,
  frame: Frame,
  reporter: Reporter,
): readonly RecipeInput[] => {
  const open: RecipeInput[] = []
  for (const [name, entry] of node?.entries ?? []) {
    const input = readInput(name, entry, reporter)
    const step = steps.get(name)
    if (step && step.entry.key.source === entry.key.source)
      reporter.report(
        'input-and-step',
        `"${name}" is an input and a step`,
        entry.key,
        "Rename one. A step takes an input's place in a recipe that extends this one.",
      )
    else if (step && input) {
      const made = Object.values(step.spec?.produces ?? {})[0]
      if (!step.spec || made === input.type) continue
      reporter.report(
        'wrong-input',
        `step "${name}" (${step.kind}) takes the place of an input, ${article(input.type)}, and makes ${made === undefined ? 'nothing' : article(made)}`,
        step.entry.key,
      )
      // Told here; at each port that names it, it would be an echo.
      steps.set(name, { ...standIn(input, frame), entry: step.entry })
    } else if (!step && input) {
      const { entry: _, ...rest } = input
      open.push(rest)
      steps.set(name, standIn(input, frame))
    } else if (!step)
      // What it would be is not known, and asking for it would be an echo.
      steps.set(name, { id: name, kind: 'input', entry, frame, faulty: true, ...nothing })
  }
  return open
}

/** A reference without its name in the file. */
const named = ({ step, output }: { step: string; output?: string }): string =>
  output === undefined ? step : `${step}.${output}`

/**
 * Takes optional inputs that nobody gives out of the ports that can do without; a port that cannot is told of,
 * given or not, since the recipe must hold without them.
 */
export const dropOptional = (
  inputs: readonly RecipeInput[],
  given: ReadonlySet<string>,
  steps: Map<string, Outline>,
  reporter: Reporter,
): void => {
  const optional = new Set(inputs.filter(input => input.optional).map(({ name }) => name))
  if (optional.size === 0) return
  const isGone = ({ step }: { step: string }): boolean => optional.has(step) && !given.has(step)
  for (const [id, read] of steps) {
    if (!read.spec) continue
    let sound = true
    const ports: Record<string, readonly PlacedReference[]> = {}
    for (const [port, references] of Object.entries(read.ports)) {
      const { optional: isOptional, list } = read.spec.consumes[port] ?? {}
      const needed = references.filter(({ step }) => optional.has(step))
      if (needed.length > 0 && !isOptional && (!list || needed.length === references.length)) {
        sound = false
        reporter.report(
          'optional-input',
          `${id}.${port} needs one, and input "${named(needed[0]!)}" is optional`,
          needed[0]!.place,
          list ? 'List a step beside it, or make the input required.' : 'Make the input required.',
        )
      }
      const kept = references.filter(each => !isGone(each))
      if (kept.length > 0) ports[port] = kept
    }
    const needs = read.needs.filter(each => !isGone(each))
    steps.set(id, { ...read, faulty: read.faulty || !sound, ports, needs })
  }
}

/** Reads `outputs:`, the names under which a recipe hands out what its steps make. Faulty ones are left out. */
export const readOutputs = (
  node: MapNode | undefined,
  steps: ReadonlyMap<string, Outline>,
  reporter: Reporter,
): Readonly<Record<string, PlacedReference>> => {
  const outputs: Record<string, PlacedReference> = {}
  for (const [name, { key, value }] of node?.entries ?? []) {
    const misnamed = identifierFault(name)
    if (misnamed) reporter.report('wrong-name', misnamed.message, key, misnamed.hint)
    const isEmpty = value.kind === 'scalar' && value.value === null
    const node = isEmpty ? { ...value, start: key.start, end: key.end } : value
    const reference = readReference(node, `output "${name}"`, reporter)
    if (!reference || misnamed) continue
    const target = steps.get(reference.step)
    const made = Object.keys(target?.spec?.produces ?? {})
    if (!target)
      reporter.report(
        'unknown-step',
        `there is no step "${reference.step}"`,
        reference.place,
        didYouMean(reference.step, steps.keys()) ?? `There are: ${[...steps.keys()].join(', ')}.`,
      )
    else if (target.spec && reference.output !== undefined && !made.includes(reference.output))
      reporter.report(
        'unknown-output',
        `step "${target.id}" (${target.kind}) has no output "${reference.output}"`,
        reference.place,
        didYouMean(reference.output, made) ?? `It has: ${made.join(', ')}.`,
      )
    else outputs[name] = reference
  }
  return outputs
}
