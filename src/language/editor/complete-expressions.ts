import { functionNames } from '../../expression/environment.js'
import { splitNames } from '../../sources/description.js'
import type { Completion, KnownParam } from './completion.js'
import type { Cursor } from './cursor.js'

/** What is measured of a step, as the planner's catalogue has it. */
export interface MeasuredNames {
  readonly steps: ReadonlyMap<
    string,
    {
      /** Known of the step itself: `int8.bytes`. */
      readonly own: ReadonlySet<string>
      /** Measured about its model, with the steps that measure it. */
      readonly by: ReadonlyMap<string, readonly string[]>
      /** Of a step that measures models: what it measures of each. */
      readonly members: ReadonlyMap<string, ReadonlySet<string>>
    }
  >
}

const functions = (): Completion[] =>
  functionNames.map(name => ({ label: name, is: 'function', insert: `${name}($1)`, snippet: true, rank: 2 }))

/** Segments of the name before the cursor, the last of which is being written. */
const nameBefore = (text: string): readonly string[] => (/[A-Za-z_][\w.]*$/.exec(text)?.[0] ?? '').split('.')

/** Inside `${{ }}`: the recipe's params and the axes of the step. */
export const completeParams = (
  before: string,
  params: readonly KnownParam[],
  axes: readonly string[],
): Completion[] => {
  const path = nameBefore(before)
  const root = (label: string, detail: string): Completion => ({
    label,
    is: 'word',
    insert: `${label}.`,
    detail,
  })
  if (path.length === 1)
    return [
      root('params', 'the knobs of the recipe'),
      ...(axes.length > 0 ? [root('matrix', 'the axes of the step')] : []),
      ...functions(),
    ]
  if (path.length > 2) return []
  if (path[0] === 'matrix') return axes.map(label => ({ label, is: 'param', detail: 'an axis' }))
  if (path[0] !== 'params') return []
  return params.map(({ name, detail, description }) => ({
    label: name,
    is: 'param',
    detail,
    ...(description === undefined ? {} : { documentation: description }),
  }))
}

const metric = (name: string, detail?: string): Completion => ({
  label: name,
  is: 'metric',
  ...(detail === undefined ? {} : { detail }),
})

/** Inside a check: steps, what is measured of them, and functions. `choice`: the step whose candidates `it` means. */
export const completeMetrics = (before: string, { steps }: MeasuredNames, choice?: string): Completion[] => {
  const path = nameBefore(before)
  const candidate = choice === undefined ? undefined : steps.get(choice)
  const [first = '', second, third] = path
  if (path.length === 1) {
    const measured = [...steps].filter(
      ([id, { own, by, members }]) => !id.includes('/') && own.size + by.size + members.size > 0,
    )
    const it: Completion = { label: 'it', is: 'word', insert: 'it.', detail: 'a candidate', rank: 0 }
    return [
      ...(candidate ? [it] : []),
      ...measured.map(([label]): Completion => ({ label, is: 'step' })),
      ...functions(),
    ]
  }
  if (first === 'it' && candidate)
    return path.length > 2
      ? []
      : [...candidate.own].filter(name => name !== 'chosen').map(name => metric(name))
  const of = steps.get(first)
  if (!of) return []
  const splits = splitNames.map((label): Completion => ({ label, is: 'word', detail: 'a split', rank: 2 }))
  if (of.members.size > 0) {
    if (path.length === 2) return [...of.members.keys()].map((label): Completion => ({ label, is: 'step' }))
    const names = [...(of.members.get(second ?? '') ?? [])].map(name => metric(name))
    if (path.length === 3) return [...names, ...splits]
    return path.length === 4 && (splitNames as readonly string[]).includes(third!) ? names : []
  }
  const measured = [...of.by].map(([name, by]) => metric(name, `from ${by.join(' and ')}`))
  if (path.length === 2)
    return [...measured, ...[...of.own].map(name => metric(name)), ...(of.by.size > 0 ? splits : [])]
  return path.length === 3 && (splitNames as readonly string[]).includes(second ?? '') ? measured : []
}

const celKeys = new Set(['check', 'when', 'where', 'minimize', 'maximize'])

/** What kind of CEL stands at the cursor; undefined where none does. */
export const expressionAt = ({ path, on }: Cursor): 'metrics' | 'step' | 'metric' | 'each' | undefined => {
  const [part, , key, inner] = path
  if (on === 'key' || typeof key !== 'string' || (part !== 'gates' && part !== 'steps')) return undefined
  if (celKeys.has(key)) return 'metrics'
  if (part === 'gates' && key === 'each') return 'each'
  if (part === 'gates' && key === 'accepted' && inner === 'metric') return 'metrics'
  if (part !== 'gates' || (key !== 'nonInferior' && key !== 'faster')) return undefined
  if (inner === 'candidate' || inner === 'reference') return 'step'
  return inner === 'metric' ? 'metric' : undefined
}

/** Steps that a gate may compare. */
export const completeCompared = (form: string, { steps }: MeasuredNames): Completion[] =>
  [...steps]
    .filter(([, { own, by }]) => (form === 'faster' ? own.has('bytes') : by.size > 0))
    .map(([label]): Completion => ({ label, is: 'step' }))

/** Metrics that are judged example by example. */
export const completePaired = ({ steps }: MeasuredNames): Completion[] =>
  [...new Set([...steps.values()].flatMap(({ by }) => [...by.keys()]))]
    .filter(name => /^(accuracy|top[A-Z0-9]\w*)$/.test(name))
    .map(name => metric(name))
