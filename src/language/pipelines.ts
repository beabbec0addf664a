import { checkInputs, readBound } from './pipeline-inputs.js'
import { paramsOf } from './pipeline-params.js'
import { defineStep, type AnyStepSpec, type Port } from '../steps/define-step.js'
import { sweepOf, paramsReadIn } from './axes.js'
import { checkValue } from './check-value.js'
import type { Compose, ComposeContext, Composed, PlacedText } from './composed.js'
import type { EarlyAxes } from './early-axes.js'
import type { Frame, Guard } from './frames.js'
import { plainScope } from './frames.js'
import { joinOrTell, type Lattice } from './lattice.js'
import { readMatrix } from './matrix.js'
import { readMeta } from './meta.js'
import { plainOf, type Entry, type MapNode } from './node.js'
import type { PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import { isMetaKey } from './step-schema.js'
import { partOf } from './top.js'
import type { Outline } from './step-outline.js'
import { tellFaults } from './tell-faults.js'

/** A recipe used as one step of another. */
export interface Pipeline {
  /** The step as the recipe around it sees it: inputs are its ports, outputs what it makes. */
  readonly outline: Outline
  readonly composed: Composed
  readonly outputs: Readonly<Record<string, PlacedReference>>
  /** What the inputs stand for; settled once the steps around it are read. */
  readonly inputs: Map<string, PlacedReference>
}

/** Pipelines inside of each other. */
const deepest = 20

/** Meta keys that say something of all steps inside. */
const ofPipelines = new Set(['kind', 'description', 'needs', 'when', 'matrix', 'seed', 'engine'])

const nothing: Composed = {
  inputs: [],
  outputs: {},
  local: new Map(),
  resolve: reference => reference,
  finish: () => ({ outlines: new Map(), broken: new Set(), gates: [], pipelines: new Map() }),
}

const spec = (
  consumes: Record<string, Port>,
  produces: AnyStepSpec['produces'],
  base: AnyStepSpec,
): AnyStepSpec => ({
  ...defineStep({ kind: base.kind, revision: base.revision, params: base.params, consumes, produces }),
  composes: true,
})

/** Own keys of a pipeline, checked; undefined where they are faulty, which was told. */
const readOwn = (
  id: string,
  base: AnyStepSpec,
  whole: Entry & { value: MapNode },
  reporter: Reporter,
): boolean => {
  let ok = true
  const own = new Map<string, Entry>()
  for (const [name, entry] of whole.value.entries)
    if (!isMetaKey(name)) own.set(name, entry)
    else if (!ofPipelines.has(name)) {
      reporter.report(
        'pipeline-key',
        `"${name}" does not go on a pipeline`,
        entry.key,
        'Write it on the steps of the recipe that it uses.',
      )
      ok = false
    }
  const node = { ...whole.value, entries: own }
  const { faults } = checkValue(base.params, plainOf(node), `step "${id}"`)
  tellFaults(faults, { key: whole.key, value: node }, reporter)
  return ok && faults.length === 0
}

const latticeIn = (
  outline: Outline,
  node: MapNode,
  swept: ReadonlySet<string>,
  inherited: Lattice,
  context: ComposeContext,
): Lattice | undefined => {
  const { frame, id, entry } = outline
  const { reporter, sweep } = context
  const around = joinOrTell(id, frame.lattice, sweepOf(sweep, swept), entry.key, reporter)
  const matrix = node.entries.get('matrix')
  if (!matrix) return around && joinOrTell(id, around, inherited, entry.key, reporter)
  const own = readMatrix(id, matrix, { interpolation: plainScope(frame), reporter, layers: new Map() })
  const full = `${frame.prefix}${id}`
  const lattice = own && { axes: Object.fromEntries(own.axes.map(axis => [axis, full])), rows: own.rows }
  const both = around && lattice && joinOrTell(id, around, lattice, matrix.key, reporter)
  return both && joinOrTell(id, both, inherited, matrix.key, reporter)
}

/** Puts the steps of the recipe that a pipeline uses in its place. A faulty pipeline has none, and poisons what hangs on it. */
export const expandPipeline = async (
  outline: Outline,
  node: MapNode,
  axesOf: EarlyAxes,
  context: ComposeContext,
  compose: Compose,
): Promise<Pipeline> => {
  const { id, entry, frame, spec: base } = outline
  const { reporter } = context
  const inputs = new Map<string, PlacedReference>()
  const { spec: _, ...blank } = outline
  const failed: Pipeline = {
    outline: { ...blank, faulty: true },
    composed: nothing,
    outputs: {},
    inputs,
  }
  const whole = { key: entry.key, value: node }
  const ok = readOwn(id, base!, whole, reporter)
  const meta = readMeta(id, node.entries, whole, plainScope(frame), reporter)
  const bound = readBound(id, node, reporter)
  if (!ok || !meta || !bound) return failed
  if (context.trail.length > deepest) {
    reporter.report('too-deep', `pipelines use each other more than ${deepest} deep`, entry.key)
    return failed
  }
  const uses = node.entries.get('uses')!.value as PlacedText & { kind: 'scalar' }
  const opened = await context.open(uses, reporter)
  if (!opened) return failed
  if (context.trail.includes(opened.file)) {
    reporter.report(
      'pipeline-cycle',
      `"${uses.value}" would run itself`,
      uses,
      'A recipe cannot be a part of itself.',
    )
    return failed
  }
  const names = Object.keys(context.sweep.axes)
  const swept = frame.prefix === '' ? new Set(paramsReadIn(node, names)) : frame.swept
  const lattice = latticeIn(outline, node, swept, axesOf(bound.values()), context)
  if (!lattice) return failed
  const guard: Guard[] = outline.when ? [{ expression: outline.when, frame, entry }] : []
  const seed = meta.seed ?? frame.seed
  const inner: Frame = {
    prefix: `${frame.prefix}${id}/`,
    ...paramsOf(outline, node, opened.top, lattice, reporter),
    lattice,
    swept,
    needs: [],
    guards: [...frame.guards, ...guard],
    ...(seed === undefined ? {} : { seed }),
    engine: meta.engine ?? frame.engine,
    inputs,
    around: frame,
  }
  const composed = await compose(opened.top, inner, {
    ...context,
    kinds: opened.kinds,
    incomplete: opened.incomplete,
    given: new Set(bound.keys()),
    trail: [...context.trail, opened.file],
  })
  const fits = checkInputs(outline, node, composed, reporter)
  const outputs = composed.outputs
  const consumes = Object.fromEntries(
    composed.inputs.map(({ name, type }) => [name, { type, optional: true }]),
  )
  const produces = Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { step, output }]) => {
      const made = composed.local.get(step)?.spec?.produces ?? {}
      const type = output === undefined ? Object.values(made)[0] : made[output]
      return type ? [[name, type]] : []
    }),
  )
  // What it hands out is not known where that has a fault, which was told inside.
  const isKnown =
    Object.keys(outputs).length === (partOf(opened.top, 'outputs')?.entries.size ?? 0) &&
    Object.keys(produces).length === Object.keys(outputs).length
  const ports = Object.fromEntries(
    [...bound]
      .filter(([name]) => Object.hasOwn(consumes, name))
      .map(([name, reference]) => [name, [reference]]),
  )
  return {
    outline: isKnown
      ? { ...outline, spec: spec(consumes, produces, base!), ports, faulty: outline.faulty || !fits }
      : { ...blank, ports, faulty: true },
    composed,
    outputs,
    inputs,
  }
}
