import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import type { ArtifactType } from '../core/artifact.js'
import type { PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { Outline } from './step-outline.js'

const article = (type: string): string => (type === 'metrics' ? type : `a ${type}`)

const typeOf = ({ spec }: Outline, output: string | undefined): ArtifactType | undefined =>
  output === undefined ? Object.values(spec?.produces ?? {})[0] : spec?.produces[output]

/** Checks one reference of a port; true where it can be followed. */
const follow = (
  step: Outline,
  port: string,
  reference: PlacedReference,
  steps: ReadonlyMap<string, Outline>,
  reporter: Reporter,
): boolean => {
  const { place, output } = reference
  const target = steps.get(reference.step)
  if (!target) {
    reporter.report('unknown-step', `there is no step "${reference.step}"`, place, () => {
      const others = [...steps.keys()].filter(id => id !== step.id)
      return (
        didYouMean(reference.step, others) ??
        (others.length > 0 ? `There are: ${listed(others)}.` : undefined)
      )
    })
    return false
  }
  // That a step waits for itself is told as a circle.
  if (target.id === step.id) return false
  // What a step of an unknown kind makes is not known, and asking for it would be an echo.
  if (!target.spec) return false
  if (output !== undefined && !Object.hasOwn(target.spec.produces, output)) {
    const outputs = Object.keys(target.spec.produces)
    reporter.report(
      'unknown-output',
      `step "${target.id}" (${target.kind}) has no output "${output}"`,
      place,
      didYouMean(output, outputs) ?? `It has: ${outputs.join(', ')}.`,
    )
    return false
  }
  const wanted = step.spec?.consumes[port]?.type
  const found = typeOf(target, output)
  if (wanted === undefined || found === wanted) return true
  const fitting = Object.entries(target.spec.produces).find(([, type]) => type === wanted)
  reporter.report(
    'wrong-port-type',
    `${step.id}.${port} takes ${article(wanted)}, and step "${target.id}" (${target.kind}) makes ${found === undefined ? 'nothing' : article(found)}`,
    place,
    () => {
      if (fitting) return `Write ${target.id}.${fitting[0]}.`
      const others = [...steps.values()].filter(
        each => each.id !== step.id && typeOf(each, undefined) === wanted,
      )
      return others.length > 0
        ? `Steps that make ${article(wanted)}: ${listed(others.map(({ id }) => id))}.`
        : undefined
    },
  )
  return false
}

interface Way {
  readonly to: string
  readonly reference: PlacedReference
}

/** Circles that are told; steps that all wait for each other have more than anybody could read. */
const mostCircles = 50

interface Circles {
  /** The references along each circle; each circle once. */
  readonly told: readonly (readonly Way[])[]
  /** Steps on any circle. */
  readonly on: ReadonlySet<string>
}

/** Circles of steps that wait for each other. */
const circles = (ways: ReadonlyMap<string, readonly Way[]>): Circles => {
  const told: Way[][] = []
  const on = new Set<string>()
  const done = new Set<string>()
  for (const start of ways.keys()) {
    if (done.has(start)) continue
    // Without recursion: a chain may be thousands of steps long.
    // `low`: the earliest place of the trail that a way from here, or from behind, leads back to.
    const trail: { id: string; next: number; low: number; by?: Way }[] = [
      { id: start, next: 0, low: Infinity },
    ]
    const depth = new Map([[start, 0]])
    while (trail.length > 0) {
      const top = trail.at(-1)!
      const way = ways.get(top.id)?.[top.next++]
      if (!way) {
        trail.pop()
        depth.delete(top.id)
        done.add(top.id)
        if (top.low <= trail.length) on.add(top.id)
        const before = trail.at(-1)
        if (before && top.low < trail.length) before.low = Math.min(before.low, top.low)
        continue
      }
      const back = depth.get(way.to)
      if (back !== undefined) {
        top.low = Math.min(top.low, back)
        if (told.length < mostCircles) told.push([...trail.slice(back + 1).map(({ by }) => by!), way])
      } else if (!done.has(way.to)) {
        depth.set(way.to, trail.length)
        trail.push({ id: way.to, next: 0, low: Infinity, by: way })
      }
    }
  }
  return { told, on }
}

/** Checks that references lead to what their ports take, and that no step waits for itself. Gives the ids of steps that cannot be made. */
export const checkReferences = (steps: ReadonlyMap<string, Outline>, reporter: Reporter): Set<string> => {
  const broken = new Set<string>()
  const ways = new Map<string, Way[]>()
  for (const step of steps.values()) {
    const own: Way[] = []
    ways.set(step.id, own)
    for (const [port, references] of Object.entries(step.ports))
      for (const reference of references) {
        if (!follow(step, port, reference, steps, reporter)) broken.add(step.id)
        if (steps.has(reference.step)) own.push({ to: reference.step, reference })
      }
    for (const reference of [...step.needs, ...step.layerSources]) {
      if (steps.has(reference.step)) own.push({ to: reference.step, reference })
      else {
        follow(step, 'needs', reference, steps, reporter)
        broken.add(step.id)
      }
    }
  }
  const { told, on } = circles(ways)
  for (const circle of told) {
    const ids = circle.map(({ to }) => to)
    // Told at its earliest place in the file, so that the same circle is told in the same way however it is entered.
    const first = circle.reduce(
      (least, way, index) =>
        way.reference.place.start < circle[least]!.reference.place.start ? index : least,
      0,
    )
    const waits = ids[(first + ids.length - 1) % ids.length]!
    const trail = [waits, ...ids.slice(first), ...ids.slice(0, first)]
    reporter.report(
      'graph-cycle',
      ids.length === 1
        ? `step "${waits}" can never start: it waits for itself`
        : `step "${waits}" can never start: it waits for itself along ${trail.join(' → ')}`,
      circle[first]!.reference.place,
      ids.length === 1 ? 'Name another step.' : 'Remove one of these references.',
    )
  }
  for (const id of on) broken.add(id)
  return broken
}
