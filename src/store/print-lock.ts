import type { EngineChoice } from '../core/engine-name.js'
import type { ObjectRef } from '../core/artifact.js'
import type { Baseline, Lock, LockedMeasurement, LockedStep } from './lock.js'

/** Words that YAML's core schema reads as something else than text. */
const notText = /^(?:true|false|null)$/i
/** Texts that stand without quotes: words, and digests. */
const plain = /^(?:[A-Za-z][\w./-]*|sha256:[0-9a-f]{64})$/

/** Characters that JSON leaves as they are, and that an editor may take for the end of a line. */
const invisible = /[\u007f-\u009f\u2028\u2029\ufeff]/g

/** A text as it stands in the file: on one line, whatever it holds. */
const lockText = (text: string): string =>
  plain.test(text) && !notText.test(text)
    ? text
    : JSON.stringify(text).replace(
        invisible,
        each => `\\u${each.codePointAt(0)!.toString(16).padStart(4, '0')}`,
      )

/** A number as it stands in the file: the shortest text that reads as the same double. */
const lockNumber = (value: number): string => (Object.is(value, -0) ? '-0.0' : JSON.stringify(value))

const inOrder = <T>(map: Readonly<Record<string, T>> = {}): (readonly [string, T])[] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))

const objectLine = ({ digest, bytes }: ObjectRef): string =>
  `{digest: ${digest}, bytes: ${lockNumber(bytes)}}`
const engineLine = ({ name, version }: EngineChoice): string =>
  `{name: ${name}, version: ${lockText(version)}}`
const madeLine = ({ trimtab, node, platform }: LockedStep['made']): string =>
  `{trimtab: ${lockText(trimtab)}, node: ${lockText(node)}, platform: ${lockText(platform)}}`

/** `name:` and what belongs to it, where there is any. */
const under = (name: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${name}:`, ...lines.map(line => `  ${line}`)]

const stepLines = (step: LockedStep): string[] => [
  `kind: ${lockText(step.kind)}`,
  `key: ${step.key}`,
  ...(step.seed === undefined ? [] : [`seed: ${lockNumber(step.seed)}`]),
  ...(step.engine ? [`engine: ${engineLine(step.engine)}`] : []),
  ...(step.microBatch === undefined ? [] : [`microBatch: ${lockNumber(step.microBatch)}`]),
  `made: ${madeLine(step.made)}`,
  ...under(
    'files',
    inOrder(step.files).map(([path, file]) => `${lockText(path)}: ${objectLine(file)}`),
  ),
  ...under(
    'outputs',
    inOrder(step.outputs).flatMap(([name, { type, digest, bytes, objects }]) =>
      under(lockText(name), [
        `type: ${type}`,
        `digest: ${digest}`,
        `bytes: ${lockNumber(bytes)}`,
        ...(Object.keys(objects).length === 0 ? ['objects: {}'] : []),
        ...under(
          'objects',
          inOrder(objects).map(([each, ref]) => `${lockText(each)}: ${objectLine(ref)}`),
        ),
      ]),
    ),
  ),
  ...under(
    'metrics',
    inOrder(step.metrics).flatMap(([split, figures]) =>
      under(
        lockText(split),
        inOrder(figures).map(([metric, value]) => `${lockText(metric)}: ${lockNumber(value)}`),
      ),
    ),
  ),
]

const measurementLines = ({ instance, machine, latency, ...step }: LockedMeasurement): string[] => [
  `instance: ${lockText(instance)}`,
  `machine: ${lockText(machine)}`,
  ...stepLines(step),
  ...under(
    'latency',
    inOrder(latency).map(
      ([model, { p50, p95, ratio }]) =>
        `${lockText(model)}: {p50: ${lockNumber(p50)}, p95: ${lockNumber(p95)}, ratio: ${lockNumber(ratio)}}`,
    ),
  ),
]

const baselineLines = (each: Baseline): string[] => [
  `value: ${lockNumber(each.value)}`,
  ...(each.split === undefined ? [] : [`split: ${lockText(each.split)}`]),
  ...(each.machine === undefined ? [] : [`machine: ${lockText(each.machine)}`]),
  `by: ${lockText(each.by)}`,
  `at: ${lockText(each.at)}`,
  ...(each.why === undefined ? [] : [`why: ${lockText(each.why)}`]),
  `run: ${lockText(each.run)}`,
  ...(each.commit === undefined ? [] : [`commit: ${lockText(each.commit)}`]),
  ...(each.dirty ? ['dirty: true'] : []),
]

/**
 * A block begins and ends with a line that names it, and that no change of it touches: git's merge takes two changes
 * apart only where a line that neither touches stands between them.
 */
const section = <T>(
  title: string,
  entries: Readonly<Record<string, T>>,
  linesOf: (entry: T) => readonly string[],
): string[] => [
  '',
  `${title}:${Object.keys(entries).length === 0 ? ' {}' : ''}`,
  ...inOrder(entries).flatMap(([name, entry]) => [
    '',
    `  ${lockText(name)}:`,
    ...linesOf(entry).map(line => `    ${line}`),
    `  # ${lockText(name)}`,
  ]),
  `# ${title}`,
]

const header = [
  '# yaml-language-server: $schema=https://unpkg.com/trimtab/schemas/lock.schema.json',
  '# What `trimtab run` made of the recipe beside and measured, and what was accepted of it. Commit it as it is.',
  '# Where git cannot merge it, run again: the run writes it whole.',
]

/** A lock in its one form: sections and blocks by name, one fact a line. Equal locks give equal texts. */
export const printLock = (lock: Lock): string =>
  [
    ...header,
    'lock: 1',
    `recipe: ${lockText(lock.recipe)}`,
    ...section('accepted', lock.accepted, baselineLines),
    ...section('steps', lock.steps, stepLines),
    ...section('measured', lock.measured, measurementLines),
    '',
  ].join('\n')
