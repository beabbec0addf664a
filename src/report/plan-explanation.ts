import { momentText } from '../core/checkpoint.js'
import type { EngineChoice } from '../core/engine-name.js'
import { padEnd, width, type Paint } from './paint.js'
import { planFoot, statusText, type PlanRow } from './plan.js'
import { hang } from './wrap.js'

/** Above this many differences from another step's result, they tell that there is none rather than what to change. */
const worthTelling = 8

/** What stands before the differences, and each of them on a line of its own. */
const linesOf = ({
  lead = '',
  candidate,
  instance,
  differences = [],
  resumes,
}: PlanRow): readonly string[] => {
  const told = differences.map(({ text }) => text)
  const isOwn = candidate?.instance === instance
  const shown =
    isOwn || told.length <= worthTelling
      ? told
      : [...told.slice(0, worthTelling), `and ${told.length - worthTelling} more`]
  const onward = resumes ? [`will resume from ${momentText(resumes)}`] : []
  return [...(lead === '' ? [] : [lead]), ...shown, ...onward]
}

/** For each instance of a plan why it is reused, runs or waits, and what differs from the newest result. */
export const explanationLines = (rows: readonly PlanRow[], engine: EngineChoice, paint: Paint): string[] => {
  const wide = Math.max(0, ...rows.map(row => width(row.instance)))
  const lines = rows.flatMap(row => {
    const [first = '', ...more] = linesOf(row)
    const lead = `${padEnd(row.instance, wide)}  ${padEnd(`${statusText(row, paint)}${paint.dim(':')}`, 6)} `
    const indent = ' '.repeat(wide + 9)
    return [hang(lead, first, wide + 9, paint), ...more.map(line => hang(indent, line, wide + 11, paint))]
      .flat()
      .map(line => line.trimEnd())
  })
  return [...lines, '', ...planFoot(rows, engine, paint)]
}
