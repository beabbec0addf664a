import type { Event } from '../core/event.js'

type Plain = Readonly<Record<string, unknown>>

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)
/** Milliseconds that a date can hold. */
const isTime = (value: unknown): boolean => isNumber(value) && Math.abs(value as number) <= 8.64e15
const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(holds)
const isPlanned = (value: unknown): boolean =>
  isMap(value) && [value['instance'], value['step'], value['kind'], value['status']].every(isText)

/** What each event must hold for whoever reads a journal. */
const members: Readonly<Record<Event['type'], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  planned: { run: isText, recipe: isText, instances: listOf(isPlanned) },
  reused: { instances: listOf(isText) },
  started: { instance: isText, attempt: isNumber },
  waits: { instance: isText },
  resumed: { instance: isText, from: isMap },
  progress: { instance: isText, progress: isMap },
  log: { message: isText },
  finished: { instance: isText, seconds: isNumber },
  failed: { instance: isText, problems: listOf(isMap) },
  skipped: { instance: isText, reason: isText },
  gate: { verdict: isMap },
  ended: { outcome: isText, seconds: isNumber },
}

/** Is it an event, as far as its readers rely on it? A disk may leave a line of a journal that reads as other JSON. */
export const isEvent = (value: unknown): value is Event => {
  if (!isMap(value) || !isTime(value['time']) || typeof value['type'] !== 'string') return false
  const wanted = Object.hasOwn(members, value['type']) ? members[value['type'] as Event['type']] : undefined
  return wanted !== undefined && Object.entries(wanted).every(([name, holds]) => holds(value[name]))
}
