import type { InstanceRecord, RunRecord } from '../store/run-record.js'
import { formatBytes, percent, points, short, times } from './figures.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** One model of a run, with all that was measured about it. Absent members were not measured. */
export interface ModelRow {
  readonly model: string
  readonly reference: boolean
  /** Of the test split, or of validation where there is no test; regression has none. */
  readonly accuracy?: number
  readonly loss?: number
  /** Against the reference of its evaluate. */
  readonly change?: number
  readonly parameters?: number
  readonly nonZero?: number
  readonly macs?: number
  readonly bytes?: number
  /** How many times faster than the benchmark's reference. */
  readonly speedup?: number
  /** The time is of quantization simulated in float. */
  readonly simulated?: boolean
}

const figure = (value: unknown): number | undefined => {
  const exact = (value as { exact?: unknown } | undefined)?.exact
  return typeof exact === 'number' ? exact : undefined
}

const descriptionOf = (instance: InstanceRecord | undefined): Record<string, unknown> | undefined => {
  for (const artifact of Object.values(instance?.output?.outputs ?? {})) {
    if (artifact.type === 'model') return artifact.meta['description'] as Record<string, unknown>
  }
  return undefined
}

interface Latency {
  readonly ratio?: number
  readonly simulated?: boolean
}

/** How many pipelines a step stands in. */
const depthOf = ({ step }: InstanceRecord): number => step.split('/').length - 1

/**
 * The models that a run evaluated or timed, in the order of the record. Of several that measured a model, the one
 * outside of pipelines counts, as its reference is that of the recipe.
 */
export const modelRows = (record: RunRecord): ModelRow[] => {
  const byId = new Map(record.instances.map(each => [each.instance, each]))
  const rows = new Map<string, { -readonly [K in keyof ModelRow]: ModelRow[K] }>()
  const rowOf = (model: string): { -readonly [K in keyof ModelRow]: ModelRow[K] } => {
    const found = rows.get(model)
    if (found) return found
    const description = descriptionOf(byId.get(model))
    const made: { -readonly [K in keyof ModelRow]: ModelRow[K] } = { model, reference: false }
    for (const name of ['parameters', 'nonZero', 'macs', 'bytes'] as const) {
      const value = figure(description?.[name])
      if (value !== undefined) made[name] = value
    }
    rows.set(model, made)
    return made
  }
  const accuracyOf = (instance: InstanceRecord): Readonly<Record<string, number>> | undefined =>
    instance.output?.metrics?.['test'] ?? instance.output?.metrics?.['validation']

  const measured = record.instances.filter(each => each.kind === 'evaluate' && each.output?.metrics)
  for (const each of measured) {
    const model = each.inputs['models']?.[0]
    if (model !== undefined && accuracyOf(each)) rowOf(model)
  }
  // The outermost last, over all others.
  for (const each of measured.toSorted((a, b) => depthOf(b) - depthOf(a))) {
    const model = each.inputs['models']?.[0]
    const metrics = accuracyOf(each)
    if (model === undefined || metrics === undefined) continue
    const row = rowOf(model)
    if (metrics['accuracy'] !== undefined) row.accuracy = metrics['accuracy']
    if (metrics['loss'] !== undefined) row.loss = metrics['loss']
    const reference = each.inputs['reference']?.[0]
    const twin = measured.find(other => other.step === each.step && other.inputs['models']?.[0] === reference)
    const base = twin && accuracyOf(twin)?.['accuracy']
    row.reference = reference === model
    if (row.reference) delete row.change
    else if (base !== undefined && row.accuracy !== undefined) row.change = row.accuracy - base
  }
  for (const each of record.instances) {
    const latencies = each.output?.measurements?.['models'] as Readonly<Record<string, Latency>> | undefined
    if (each.kind !== 'benchmark' || !latencies) continue
    for (const [model, latency] of Object.entries(latencies)) {
      const row = rowOf(model)
      if (latency.ratio !== undefined) row.speedup = latency.ratio
      row.simulated = latency.simulated === true
    }
  }
  return [...rows.values()]
}

/** The table of a run: one model a line. */
export const resultLines = (record: RunRecord, paint: Paint): string[] => {
  const rows = modelRows(record)
  if (rows.length === 0) return []
  const classification = rows.some(row => row.accuracy !== undefined)
  const cell = (value: number | undefined, form: (value: number) => string): string =>
    value === undefined ? '' : form(value)
  const toneOf = (change: number): Paint['green'] =>
    change < -0.01 ? paint.red : change < 0 ? paint.yellow : paint.green
  const lines = table(
    [
      { title: 'model' },
      { title: classification ? 'accuracy' : 'loss', align: 'right' },
      { title: 'change', align: 'right' },
      { title: 'parameters', align: 'right' },
      { title: 'non-zero', align: 'right' },
      { title: 'MACs', align: 'right' },
      { title: 'bytes', align: 'right' },
      { title: 'faster', align: 'right' },
    ],
    rows.map(row => [
      row.reference ? paint.bold(row.model) : row.model,
      classification ? cell(row.accuracy, percent) : cell(row.loss, value => value.toPrecision(4)),
      row.reference ? paint.dim('reference') : cell(row.change, value => toneOf(value)(points(value))),
      cell(row.parameters, short),
      row.parameters !== undefined && row.nonZero !== undefined && row.nonZero < row.parameters * 0.98
        ? percent(row.nonZero / row.parameters)
        : '',
      cell(row.macs, short),
      cell(row.bytes, formatBytes),
      row.speedup === undefined
        ? ''
        : row.simulated
          ? paint.dim(`${times(row.speedup)}*`)
          : times(row.speedup),
    ]),
    paint,
  )
  const simulated = rows.some(row => row.speedup !== undefined && row.simulated)
  return simulated
    ? [...lines, paint.dim('* time of quantization simulated in float, not of integer kernels')]
    : lines
}
