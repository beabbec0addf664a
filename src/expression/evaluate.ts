import type { ParseResult } from '@marcbachmann/cel-js'
import { NotFinite } from './environment.js'
import type { ElementName, Evaluated, Expression, Scope } from './expression.js'
import type { FoundName } from './names.js'

/** The value at a path; undefined where there is none, or where it is null or no finite number. */
const valueAt = (scope: Scope, path: readonly string[]): unknown => {
  let value: unknown = scope
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined
  return value ?? undefined
}

/** A figure as people compare them: five digits, or all of a whole number. */
const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)))

/** Members of a list whose figures are shown. */
const mostShown = 12

const shown = (value: unknown): string | undefined => {
  if (typeof value === 'number') return figure(value)
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  return undefined
}

/** Whole numbers that CEL gives as bigint (a literal in a list index) are numbers to us. */
const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)

const summaryOf = (error: unknown): string =>
  error instanceof Error && 'summary' in error && typeof error.summary === 'string'
    ? error.summary
    : error instanceof Error
      ? error.message
      : String(error)

/** An expression over its checked program. */
export const evaluator = (
  text: string,
  found: readonly FoundName[],
  elements: readonly ElementName[],
  program: ParseResult,
): Expression => {
  const textOf = (name: FoundName): string => text.slice(name.start, name.end)

  /** Metrics that some members of lists do not have. */
  const lackingOf = (scope: Scope): string[] => {
    const names = elements.flatMap(({ of, path }) => {
      const list = valueAt(scope, of)
      const lacks = Array.isArray(list) && list.some(each => valueAt(each as Scope, path) === undefined)
      return lacks ? [[...of, ...path].join('.')] : []
    })
    return [...new Set(names)]
  }

  const evaluate = (scope: Scope): Evaluated => {
    const context: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    const absent: string[] = []
    for (const name of found) {
      const value = valueAt(scope, name.path)
      const key = name.path.join('.')
      if (name.tested) context[`has ${key}`] = value !== undefined
      else if (value === undefined) absent.push(textOf(name))
      else context[key] = value
    }
    const missing = [...new Set(absent)]
    try {
      const value = plain(program(context))
      if (typeof value === 'number' && !Number.isFinite(value))
        return { ok: false, reason: 'absent', names: missing.length > 0 ? missing : [text] }
      return { ok: true, value }
    } catch (error) {
      // A part that is missing may still be outvoted (`true || absent`), so it is asked first.
      if (missing.length > 0) return { ok: false, reason: 'absent', names: missing }
      const lacking = lackingOf(scope)
      if (lacking.length > 0) return { ok: false, reason: 'absent', names: lacking }
      if (error instanceof NotFinite) return { ok: false, reason: 'absent', names: [text] }
      return { ok: false, reason: 'error', message: summaryOf(error) }
    }
  }

  /** What of the members of lists was read: `; tuned.accuracy: 0.97, 0.96`. */
  const membersOf = (scope: Scope): string => {
    const read = new Map(elements.map(({ of, path }) => [[...of, ...path].join('.'), { of, path }]))
    return [...read]
      .flatMap(([name, { of, path }]) => {
        const list = valueAt(scope, of)
        if (!Array.isArray(list)) return []
        const values = list.map(member => shown(valueAt(member as Scope, path)) ?? 'none')
        const more = values.length > mostShown ? ` and ${values.length - mostShown} more` : ''
        return [`; ${name}: ${values.slice(0, mostShown).join(', ')}${more}`]
      })
      .join('')
  }

  const explain = (scope: Scope): string => {
    let result = ''
    let from = 0
    for (const name of found) {
      const value = name.tested ? undefined : shown(valueAt(scope, name.path))
      if (value === undefined) continue
      result += text.slice(from, name.start) + value
      from = name.end
    }
    return result + text.slice(from) + membersOf(scope)
  }

  return {
    text,
    names: found.map(({ path, start, end }) => ({ path, start, end })),
    elements,
    evaluate,
    explain,
  }
}
