import { isDeepStrictEqual } from 'node:util'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { isNode, isPair, isMap, LineCounter, parseDocument, type Document } from 'yaml'
import { problem, type Problem, type Span } from '../core/problem.js'
import { failed, ok, type Result } from '../core/result.js'
import { readLines } from './lock-lines.js'
import { lockSchema } from './lock-schema.js'
import { hasConflicts, sidesOf, type Side } from './lock-sides.js'
import type { Baseline, Lock } from './lock.js'

/** A lock as it was found. */
export interface FoundLock {
  readonly lock: Lock
  /** Git left conflicts in it: what both sides agree on was taken, and the baselines of both. It is to be written anew. */
  readonly conflicted: boolean
}

const takeBack =
  'It is written by `trimtab run` alone: take it back with git, or delete it and run again, which loses the accepted baselines.'

let validate: ValidateFunction | undefined
const validator = (): ValidateFunction => {
  validate ??= new Ajv2020({
    allErrors: true,
    strict: false,
    validateSchema: false,
    inlineRefs: false,
    addUsedSchema: false,
    code: { optimize: false },
  }).compile(lockSchema)
  return validate
}

const lineSpan = (file: string, line: number, column = 1, length = 1): Span => ({
  file,
  line,
  column,
  endLine: line,
  endColumn: column + length,
})

/** Where things stand in one text of a file, in lines of that file. */
const placer = (file: string, side: Side) => {
  const counter = new LineCounter()
  let read: Document.Parsed | undefined
  const document = (): Document.Parsed => {
    read ??= parseDocument(side.text, {
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
      lineCounter: counter,
    })
    return read
  }
  const spanAt = (offset: number, end = offset + 1): Span => {
    const { line, col } = counter.linePos(offset)
    const last = counter.linePos(end)
    return lineSpan(
      file,
      side.lines[line - 1] ?? 1,
      col,
      last.line === line ? Math.max(1, last.col - col) : 1,
    )
  }
  return {
    document,
    spanAt,
    /** The key that a path ends with, else the nearest one above. */
    spanOf: (path: readonly string[]): Span => {
      for (let length = path.length; length > 0; length--) {
        const parent = document().getIn(path.slice(0, length - 1), true)
        const pair = isMap(parent ?? document().contents)
          ? (isMap(parent) ? parent : (document().contents as { items: unknown[] })).items.find(
              each => isPair(each) && isNode(each.key) && String(each.key) === path[length - 1],
            )
          : undefined
        const range = isPair(pair) && isNode(pair.key) ? pair.key.range : undefined
        if (range) return spanAt(range[0], range[1])
      }
      return lineSpan(file, side.lines[0] ?? 1)
    },
  }
}

const sections = ['accepted', 'steps', 'measured'] as const

/** A section that holds nothing reads as null. */
const filled = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const map = { ...(value as Record<string, unknown>) }
  for (const name of sections) if (map[name] === null) map[name] = {}
  return map
}

const pathOf = ({ instancePath, params }: ErrorObject): string[] => [
  ...instancePath
    .split('/')
    .slice(1)
    .map(each => each.replaceAll('~1', '/').replaceAll('~0', '~')),
  ...(typeof params['additionalProperty'] === 'string' ? [params['additionalProperty']] : []),
]

const wrongForm = (error: ErrorObject, place: ReturnType<typeof placer>): Problem => {
  const path = pathOf(error)
  const name = path.join('.')
  const says =
    error.keyword === 'additionalProperties'
      ? `"${name}" is nothing that a lock file holds`
      : name === 'recipe' && error.keyword === 'pattern'
        ? '"recipe" must be a bare name: the recipe lies beside its lock'
        : `${name === '' ? 'a lock file' : `"${name}"`} ${error.message ?? 'is not as it should be'}`
  return problem('lock-form', says, { at: place.spanOf(path), hint: takeBack })
}

/** Faults that are told one by one. */
const most = 10

const readSide = (file: string, side: Side): Result<Lock> => {
  const place = placer(file, side)
  let value = filled(readLines(side.text))
  if (value === undefined || !validator()(value)) {
    const document = place.document()
    const [broken] = document.errors
    if (broken)
      return failed(
        problem('lock-syntax', `the lock file cannot be read: ${broken.message}`, {
          at: place.spanAt(...broken.pos),
          hint: takeBack,
        }),
      )
    value = filled(document.toJS({ maxAliasCount: 0 }))
  }
  const version = (value as { lock?: unknown } | null)?.lock
  if (typeof version === 'number' && version > 1)
    return failed(
      problem('lock-newer', `a newer version of Trimtab wrote this lock file (lock: ${version})`, {
        at: place.spanOf(['lock']),
        hint: 'Use that version here too; this one reads and writes `lock: 1`.',
      }),
    )
  if (!validator()(value))
    return failed(...(validator().errors ?? []).slice(0, most).map(error => wrongForm(error, place)))
  const { lock, ...rest } = value as Omit<Lock, 'version'> & { readonly lock: 1 }
  return ok({ version: lock, ...rest })
}

/** Entries that both hold alike. */
const common = <T>(
  ours: Readonly<Record<string, T>>,
  theirs: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries(ours).filter(
      ([name, entry]) => Object.hasOwn(theirs, name) && isDeepStrictEqual(entry, theirs[name]),
    ),
  )

const conflictOf = (name: string, ours: Baseline, theirs: Baseline, at: Span): Problem =>
  problem(
    'lock-conflict',
    `two branches accepted different values of ${name}: ${ours.value} (${ours.by}) and ${theirs.value} (${theirs.by})`,
    {
      at,
      hint: 'Keep one of the two and remove the lines of the other with the conflict markers; all else is settled by running again.',
    },
  )

const merged = (file: string, text: string): Result<FoundLock> => {
  const both = sidesOf(text)
  const [ours, theirs] = both.map(side => readSide(file, side))
  if (!ours?.ok || !theirs?.ok)
    return failed(...[ours, theirs].flatMap(each => (each?.ok === false ? each.problems : [])))
  const [a, b] = [ours.value, theirs.value]
  const place = placer(file, both[0])
  const problems = Object.entries(a.accepted).flatMap(([name, mine]) => {
    const other = Object.hasOwn(b.accepted, name) ? b.accepted[name] : undefined
    return other && !isDeepStrictEqual(mine, other)
      ? [conflictOf(name, mine, other, place.spanOf(['accepted', name]))]
      : []
  })
  if (problems.length > 0) return failed(...problems)
  return ok({
    lock: {
      ...a,
      accepted: { ...b.accepted, ...a.accepted },
      steps: common(a.steps, b.steps),
      measured: { ...common(a.measured, b.measured) },
    },
    conflicted: true,
  })
}

/** Reads a lock's text. `file`: absolute path, for the places of problems. Where git left conflicts, what both sides agree on, and the baselines of both. */
export const parseLock = (text: string, file: string): Result<FoundLock> => {
  if (hasConflicts(text)) return merged(file, text)
  const read = readSide(file, { text, lines: text.split('\n').map((_, at) => at + 1) })
  return read.ok ? ok({ lock: read.value, conflicted: false }) : read
}
