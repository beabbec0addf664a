import type { InstanceRecord } from '../store/run-record.js'
import { formatBytes, formatSeconds } from '../core/units.js'
import { engineOf, executionText } from './instance-engine.js'
import type { Paint } from './paint.js'
import { table } from './table.js'
import { hang } from './wrap.js'

const number = (value: unknown): string =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? `${value}`
      : value.toPrecision(5)
    : JSON.stringify(value)

/** Lists of flat objects (per-epoch history, per-class figures) read best as tables. */
const historyLines = (name: string, rows: readonly Record<string, unknown>[], paint: Paint): string[] => {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))]
  return [
    '',
    paint.bold(name),
    ...table(
      columns.map(title => ({ title, align: 'right' as const })),
      rows.map(row => columns.map(column => (row[column] === undefined ? '' : number(row[column])))),
      paint,
    ),
  ]
}

const isRows = (value: unknown): value is readonly Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(
    row =>
      typeof row === 'object' &&
      row !== null &&
      !Array.isArray(row) &&
      Object.values(row).every(cell => typeof cell !== 'object' || cell === null),
  )

/** Characters up to which a value of several parts stands in its line; `--json` has the rest. */
const shortRecord = 160

/** One step of a run: config, metrics, outputs, history. */
export const instanceLines = (each: InstanceRecord, paint: Paint): string[] => {
  const engine = engineOf(each)
  const ran = [engine ? `${engine.name} ${engine.version}` : undefined, executionText(each)]
  const how = ran.filter(part => part !== undefined).join(', ')
  const lines = [
    `${paint.bold(each.instance)}  ${each.kind}, ${each.status}${each.seconds === undefined ? '' : `, ${formatSeconds(each.seconds)}`}`,
    ...(each.key === undefined ? [] : [paint.dim(`key ${each.key}`)]),
    ...(how === '' ? [] : hang(`${paint.dim('engine')} `, how, 7, paint)),
    ...Object.entries(each.inputs).map(
      ([port, from]) => `${paint.dim('input')}  ${port}: ${from.join(', ')}`,
    ),
    ...Object.entries(each.config).map(
      ([name, value]) => `${paint.dim('config')} ${name}: ${JSON.stringify(value)}`,
    ),
  ]
  for (const [name, artifact] of Object.entries(each.output?.outputs ?? {})) {
    lines.push(
      `${paint.dim('output')} ${name}: ${artifact.type}, ${formatBytes(artifact.bytes)} payload, ${formatBytes(artifact.storedBytes)} stored, ${artifact.digest}`,
    )
  }
  for (const [split, metrics] of Object.entries(each.output?.metrics ?? {})) {
    for (const [name, value] of Object.entries(metrics))
      lines.push(`${paint.dim('metric')} ${split}.${name}: ${number(value)}`)
  }
  for (const note of each.output?.notes ?? []) lines.push(`${paint.dim('note')}   ${note}`)
  for (const [name, value] of Object.entries({ ...each.output?.record, ...each.output?.measurements })) {
    // It stands with the engine.
    if (name === 'execution') continue
    if (isRows(value)) lines.push(...historyLines(name, value, paint))
    else if (typeof value !== 'object') lines.push(`${paint.dim('record')} ${name}: ${number(value)}`)
    else if (JSON.stringify(value).length <= shortRecord)
      lines.push(`${paint.dim('record')} ${name}: ${JSON.stringify(value)}`)
  }
  return lines
}
