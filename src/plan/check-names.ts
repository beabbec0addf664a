import type { Span } from '../core/problem.js'
import { problem } from '../core/problem.js'
import type { Expression } from '../expression/expression.js'
import type { Bind, Bound } from '../expression/scope.js'
import { axisFault } from '../language/axis-names.js'
import type { NameScope, Recipe, Step } from '../language/recipe.js'
import { asWritten, canonical } from './canonical.js'
import { conditionsOf, type Conditioned } from './conditions.js'
import type { Catalogue } from './measured.js'
import { checkName, type NameFault } from './metric-names.js'
import type { Problems } from './placed.js'

interface Stretch {
  readonly start: number
  readonly end: number
}

/** An expression where it stands. */
export interface Read {
  readonly expression: Expression
  readonly bind: Bind
  readonly axes: Step['axes']
  readonly names: NameScope
  readonly recipe: Pick<Recipe, 'pipelines'>
  /** Steps that `it` may be. Absent: there is no `it`. */
  readonly candidates?: readonly string[]
  /** A gate may be judged for each instance; other expressions may not. */
  readonly inGate: boolean
  locate(within: Stretch): Span
}

/** Where a segment of a dotted name stands in its text. */
const stretchOf = (text: string, start: number, path: readonly string[], segment: number): Stretch => {
  let from = start
  for (const [at, word] of path.entries()) {
    from = text.indexOf(word, from)
    if (at === segment || at === path.length - 1) return { start: from, end: from + word.length }
    from += word.length
  }
  return { start, end: start }
}

/** A name that stands for several instances where one is meant. `first`: the words that name the list. */
const listFault = (
  path: readonly string[],
  depth: number,
  { instances }: Bound,
  inGate: boolean,
): NameFault => {
  const step = path.slice(0, depth).join('.')
  const metric = path.slice(depth).join('.') || 'accuracy'
  const ask = `sk all of them: ${step}.all(i, i.${metric} > 0.9), mean(${step}.map(i, i.${metric})).`
  return {
    code: 'gate-list',
    message: `"${step}" has ${instances.length} instances here, so "${path.join('.')}" is no single value`,
    hint: inGate ? `Give the gate \`each: ${path[depth - 1]}\`, or a${ask}` : `A${ask}`,
    segment: depth - 1,
  }
}

/** What is wrong with `matrix.AXIS` of one of these steps' instances. `depth`: words before it. */
const matrixFault = (
  steps: readonly string[],
  path: readonly string[],
  depth: number,
  all: Catalogue,
): NameFault | undefined => {
  const axes = Object.assign({}, ...steps.map(id => all.steps.get(id)?.step.axes)) as Step['axes']
  const fault = axisFault(path, axes)
  return fault && { code: 'expression-name', ...fault, segment: depth + (path.length > 1 ? 1 : 0) }
}

/** The fault of a name as it stands by itself: `int8.accuracy`. */
const faultOf = (path: readonly string[], read: Read, all: Catalogue): NameFault | undefined => {
  const [first = '', ...rest] = path
  if (first === 'params') return undefined
  if (first === 'matrix') {
    const fault = axisFault(path, read.axes)
    return fault && { code: 'expression-name', ...fault, segment: 1 }
  }
  if (first === 'it' && read.candidates) {
    if (rest[0] === 'matrix') return matrixFault(read.candidates, rest, 1, all)
    for (const candidate of read.candidates) {
      const fault = checkName([candidate, ...rest], all, read.names.prefix)
      if (fault) return fault
    }
    return undefined
  }
  const bound = read.bind(first)
  if (bound?.outputs && rest[0] !== undefined && Object.hasOwn(bound.outputs, rest[0]) && rest.length === 1)
    return {
      code: 'gate-metric-missing',
      message: `"${path.join('.')}" is no number: name a metric of it`,
      segment: 1,
    }
  const listed = bound?.measures ? bound.measures[rest[0] ?? ''] : bound
  const depth = bound?.measures ? 1 : 0
  if (listed?.list && rest.length === depth) return undefined
  if (rest[depth] === 'matrix')
    return matrixFault(
      [canonical(path.slice(0, depth + 1), read.names, read.recipe).path.at(-1)!],
      rest.slice(depth),
      depth + 1,
      all,
    )
  if (listed?.list) return listFault(path, depth + 1, listed, read.inGate)
  const written = canonical(path, read.names, read.recipe)
  return asWritten(checkName(written.path, all, read.names.prefix), written)
}

/** Checks every name of an expression over metrics, those of members of lists included. */
export const checkNames = (read: Read, all: Catalogue, problems: Problems): void => {
  const { text, names, elements } = read.expression
  const said = new Set<string>()
  const say = (fault: NameFault | undefined, path: readonly string[], start: number): void => {
    // A name that stands twice in an expression is one mistake.
    if (!fault || said.has(path.join('.'))) return
    said.add(path.join('.'))
    const { segment, code, message, ...hint } = fault
    problems.add(problem(code, message, { at: read.locate(stretchOf(text, start, path, segment)), ...hint }))
  }
  for (const { of, path, start } of elements) {
    const bound = read.bind(of[0] ?? '')
    const listed = bound?.measures ? bound.measures[of[1] ?? ''] : bound
    if (!listed) continue
    const name = of.join('.')
    if (of.length > (bound?.measures ? 2 : 1)) {
      const number = `"${name}" is a number, no list`
      say({ code: 'gate-list', message: number, segment: of.length - 1 }, of, text.indexOf(name))
      continue
    }
    if (!listed.list) {
      const one = `"${name}" is one model here, no list`
      const at = text.indexOf(name)
      say(
        { code: 'gate-list', message: one, hint: `Write ${name}.${path.join('.')}.`, segment: of.length - 1 },
        of,
        at,
      )
      continue
    }
    const written = canonical([...of, ...path], read.names, read.recipe)
    const fault =
      path[0] === 'matrix'
        ? matrixFault([canonical(of, read.names, read.recipe).path.at(-1)!], path, of.length, all)
        : checkName(written.path, all, read.names.prefix)
    if (fault)
      say(
        {
          ...fault,
          segment: Math.max(0, fault.segment + (path[0] === 'matrix' ? 0 : written.dropped - of.length)),
        },
        path,
        start,
      )
  }
  for (const { path, start } of names) say(faultOf(path, read, all), path, start)
}

/** Checks the names of `when` and of choices; those of the first instance stand for all. */
export const checkConditions = (
  recipe: Pick<Recipe, 'pipelines'>,
  drafts: readonly Conditioned[],
  all: Catalogue,
  problems: Problems,
): void => {
  const steps = new Set<string>()
  for (const draft of drafts) {
    const { step, choice } = draft
    const conditions = conditionsOf(draft)
    if (conditions.length + draft.outer.length === 0 || steps.has(step.id)) continue
    steps.add(step.id)
    const candidates = choice && [...new Set((step.ports[choice.port] ?? []).map(each => each.step))]
    if (choice?.minimize && choice.maximize)
      problems.add(
        problem('select-both', `"${step.id}" says both minimize and maximize`, {
          at: step.locate(['maximize']),
          hint: 'Keep one; put the other bound under `where`.',
        }),
      )
    for (const outer of draft.outer)
      checkNames(
        {
          expression: outer.expression,
          bind: outer.bind,
          axes: step.axes,
          names: outer.names,
          recipe,
          inGate: false,
          locate: within => outer.locate(within),
        },
        all,
        problems,
      )
    for (const [key, { expression, bind }] of conditions)
      checkNames(
        {
          expression,
          bind,
          axes: step.axes,
          names: step.names,
          recipe,
          inGate: false,
          locate: within => step.locate([key], within),
          ...(candidates ? { candidates } : {}),
        },
        all,
        problems,
      )
  }
}
