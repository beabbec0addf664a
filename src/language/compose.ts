import { earlyAxes } from './early-axes.js'
import type { Frame } from './frames.js'
import { readGates, type ReadGate } from './gates.js'
import { dropOptional, readInputs, readOutputs } from './inputs.js'
import type { Reference } from './recipe.js'
import type { PlacedReference } from './ports.js'
import type { ComposeContext, Composed, Finished } from './composed.js'
import { expandPipeline, type Pipeline } from './pipelines.js'
import { checkReferences } from './references.js'
import { readOutline, type Outline } from './step-outline.js'
import { partOf, type Top } from './top.js'

/** A reference to an output of a pipeline, as one to what makes it. */
const through = (
  reference: PlacedReference,
  { composed, outputs }: Pipeline,
): PlacedReference | undefined => {
  const name = reference.output ?? Object.keys(outputs)[0]
  const output = name === undefined ? undefined : outputs[name]
  if (!output) return undefined
  const target = composed.resolve(output)
  return {
    ...target,
    pins: { ...target.pins, ...reference.pins },
    ...(reference.member === undefined ? {} : { member: reference.member }),
    place: reference.place,
    at: reference.at,
  }
}

/** Reads the steps of a recipe, those of its pipelines in their place, and its gates. */
export const compose = async (top: Top, frame: Frame, context: ComposeContext): Promise<Composed> => {
  const { reporter, incomplete } = context
  const kinds = new Map(context.kinds.map(spec => [spec.kind, spec]))
  const local = new Map<string, Outline>()
  const pipes = new Map<string, Pipeline>()
  const written = new Map<string, Outline>()
  for (const [id, entry] of partOf(top, 'steps')?.entries ?? [])
    written.set(id, readOutline(id, entry, { kinds, incomplete, frame, reporter }))
  const axesOf = earlyAxes(written, frame, context.sweep)
  for (const [id, outline] of written) {
    if (outline.spec?.composes && outline.node) {
      const pipeline = await expandPipeline(outline, outline.node, axesOf, context, compose)
      local.set(id, pipeline.outline)
      pipes.set(id, pipeline)
    } else local.set(id, outline)
  }
  const inputs = readInputs(partOf(top, 'inputs'), local, frame, reporter)
  const broken = checkReferences(local, reporter)
  dropOptional(inputs, context.given, local, reporter)
  const outputs = readOutputs(partOf(top, 'outputs'), local, reporter)
  const gates = readGates(partOf(top, 'gates'), frame, reporter)

  const bound = new Set<Pipeline>()
  /** Settles what a pipeline's inputs stand for; a broken one may wait for itself, and has none. */
  const bind = (id: string, pipeline: Pipeline): void => {
    if (bound.has(pipeline) || broken.has(id)) return
    bound.add(pipeline)
    for (const [name, [reference]] of Object.entries(local.get(id)?.ports ?? {}))
      if (reference) pipeline.inputs.set(name, resolve(reference))
  }
  const resolve = (reference: PlacedReference): PlacedReference => {
    const input = frame.inputs.get(reference.step)
    if (input)
      return {
        ...input,
        pins: { ...input.pins, ...reference.pins },
        place: reference.place,
        at: reference.at,
      }
    const pipeline = pipes.get(reference.step)
    if (pipeline && !broken.has(reference.step)) {
      bind(reference.step, pipeline)
      const found = through(reference, pipeline)
      if (found) return found
    }
    return { ...reference, step: `${frame.prefix}${reference.step}` }
  }
  /** Every step of a pipeline must have finished first. */
  const resolveNeed = (reference: PlacedReference, all: Iterable<string>): PlacedReference[] =>
    pipes.has(reference.step)
      ? [...all]
          .filter(id => id.startsWith(`${frame.prefix}${reference.step}/`))
          .map(step => ({ ...reference, step }))
      : [resolve(reference)]

  const finish = (): Finished => {
    const outlines = new Map<string, Outline>()
    const allBroken = new Set<string>()
    const allGates: ReadGate[] = []
    const pipelines = new Map<string, Readonly<Record<string, Reference>>>()
    for (const [id, pipeline] of pipes) bind(id, pipeline)
    const inner = new Map([...pipes].map(([id, { composed }]) => [id, composed.finish()]))
    // An optional input that was not given stands for nothing that one could wait for.
    const ids = [...inner.values()].flatMap(({ outlines: all }) =>
      [...all].filter(([, { kind }]) => kind !== 'input').map(([id]) => id),
    )
    for (const [id, outline] of local) {
      const finished = inner.get(id)
      const full = `${frame.prefix}${id}`
      if (finished) {
        const isBroken = broken.has(id) || outline.faulty
        for (const [each, one] of finished.outlines) {
          outlines.set(each, {
            ...one,
            needs: [...one.needs, ...outline.needs.flatMap(need => resolveNeed(need, ids))],
          })
          if (isBroken || finished.broken.has(each)) allBroken.add(each)
        }
        allGates.push(...finished.gates)
        for (const [each, one] of finished.pipelines) pipelines.set(each, one)
        const handed = pipes.get(id)!.outputs
        if (!isBroken)
          pipelines.set(
            full,
            Object.fromEntries(
              Object.keys(handed).flatMap(name => {
                const found = through({ ...handed[name]!, step: id, output: name, pins: {} }, pipes.get(id)!)
                return found ? [[name, found]] : []
              }),
            ),
          )
        continue
      }
      // What an input stands for is a step of another frame.
      if (frame.inputs.has(id)) continue
      if (broken.has(id)) allBroken.add(full)
      const isBroken = broken.has(id)
      outlines.set(full, {
        ...outline,
        id: full,
        ports: Object.fromEntries(
          Object.entries(outline.ports).map(([port, references]) => [
            port,
            isBroken
              ? references.map(each => ({ ...each, step: `${frame.prefix}${each.step}` }))
              : references.map(resolve),
          ]),
        ),
        needs: isBroken ? [] : outline.needs.flatMap(need => resolveNeed(need, ids)),
        layerSources: isBroken ? [] : outline.layerSources.map(resolve),
      })
    }
    allGates.push(
      ...gates.map(gate => (gate.each ? { ...gate, each: resolve(gate.each as PlacedReference) } : gate)),
    )
    return { outlines, broken: allBroken, gates: allGates, pipelines }
  }
  return { inputs, outputs, local, resolve, finish }
}
