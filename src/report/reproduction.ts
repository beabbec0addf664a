import { formatSeconds } from '../core/units.js'
import type { ArrayDifference } from '../judge/array-difference.js'
import type {
  MetricDifference,
  OutputDifference,
  Reproduction,
  StepComparison,
} from '../judge/reproduction.js'
import { count } from './figures.js'
import type { Paint } from './paint.js'
import { problemLines } from './problems.js'
import { table } from './table.js'

/** Arrays and metrics that are shown of the step where it began. */
const mostShown = 8

const figure = (value: number | null | undefined): string => {
  if (value === undefined) return 'absent'
  if (value === null) return 'not a number'
  if (Math.abs(value) >= 1e300) return 'not finite'
  return Number.isInteger(value) ? `${value}` : value.toPrecision(4)
}

const metricText = ({ split, name, was, is }: MetricDifference): string =>
  `${split}.${name} ${figure(was)} → ${figure(is)}`

const outputText = ({ output, arrays = [], of = 0, otherwise = [], unknown }: OutputDifference): string => {
  const [worst] = arrays
  if (unknown !== undefined) return `${output}: other bytes; ${unknown}`
  if (worst)
    return `${output}: ${arrays.length} of ${of} arrays, ${worst.name} most: max |Δ| ${figure(worst.greatest)}`
  return `${output}: ${otherwise[0] ?? 'other meta'}`
}

const comparisonText = (step: StepComparison, isFirst: boolean, paint: Paint): string => {
  switch (step.type) {
    case 'equal':
      return paint.green('✔ equal')
    case 'within':
      return paint.green(`✔ within ${step.figure} (at most ${figure(step.greatest)} off)`)
    case 'not-compared':
      return paint.dim(`○ not compared: ${step.why}`)
    case 'failed':
      return paint.red(`✘ ${step.why}`)
    case 'differs': {
      if (!isFirst && step.follows.length > 0)
        return paint.yellow(
          `✘ differs, as ${step.follows.join(', ')} ${step.follows.length === 1 ? 'does' : 'do'}`,
        )
      const texts = [...step.outputs.map(outputText), ...step.metrics.slice(0, 1).map(metricText)]
      return paint.red(`✘ differs: ${texts[0] ?? ''}`)
    }
  }
}

const arrayRows = (arrays: readonly ArrayDifference[]): string[][] =>
  arrays
    .slice(0, mostShown)
    .map(({ name, shape, count: all, differing, greatest, relative, at }) => [
      name,
      `[${shape.join(', ')}]`,
      `${count(differing)} of ${count(all)}`,
      figure(greatest),
      figure(relative),
      `[${at.index.join(', ')}]`,
      figure(at.was),
      figure(at.is),
    ])

/** All that is known of the step where it began. */
const firstLines = (step: StepComparison, paint: Paint): string[] => {
  if (step.type === 'failed') return problemLines(step.problems, paint)
  if (step.type !== 'differs') return []
  const lines: string[] = []
  for (const { output, type, was, is, arrays = [], of = 0, otherwise = [], unknown } of step.outputs) {
    lines.push(
      `${paint.bold(`${step.instance}.${output}`)}, a ${type}: ${paint.dim(`${was.slice(0, 19)}… → ${is.slice(0, 19)}…`)}`,
      ...(unknown === undefined ? [] : [`  ${unknown}`]),
      ...otherwise.map(text => `  ${text}`),
    )
    if (arrays.length === 0) continue
    lines.push(
      ...table(
        [
          { title: type === 'model' ? 'tensor' : 'array' },
          { title: 'shape' },
          { title: 'values that differ', align: 'right' },
          { title: 'max |Δ|', align: 'right' },
          { title: 'relative', align: 'right' },
          { title: 'at' },
          { title: 'was', align: 'right' },
          { title: 'is', align: 'right' },
        ],
        arrayRows(arrays),
        paint,
      ),
      ...(arrays.length > mostShown
        ? [paint.dim(`and ${arrays.length - mostShown} more; ${of - arrays.length} of ${of} are equal`)]
        : []),
    )
  }
  if (step.metrics.length > 0)
    lines.push(
      `${paint.bold(step.instance)}: ${step.metrics.slice(0, mostShown).map(metricText).join(', ')}${step.metrics.length > mostShown ? `, and ${step.metrics.length - mostShown} more` : ''}`,
    )
  return lines
}

const words: Readonly<Record<Reproduction['verdict'], string>> = {
  reproduced: 'reproduced',
  nondeterministic: 'nondeterministic',
  changed: 'changed',
  'another-environment': 'another environment',
  failed: 'not reproduced',
  interrupted: 'interrupted',
}

const verdictText = (verdict: Reproduction['verdict'], paint: Paint): string =>
  verdict === 'reproduced'
    ? paint.green(words[verdict])
    : verdict === 'interrupted' || verdict === 'another-environment'
      ? paint.yellow(words[verdict])
      : paint.red(words[verdict])

const changedLines = ({ changed, steps }: Reproduction, paint: Paint): string[] =>
  changed.flatMap(({ what, text, steps: touched = [], problems = [] }) => [
    `${paint.red(what)}  ${text}${
      touched.length > 0
        ? paint.dim(` (${touched.slice(0, 3).join(', ')}${touched.length > 3 ? ', …' : ''})`)
        : ''
    }`,
    ...problemLines(problems, paint),
    ...(steps.length === 0 && what === 'data'
      ? [
          `  ${paint.cyan('→')} Name a folder that holds it as it was with --data, or go on without with --anyway.`,
        ]
      : []),
  ])

/** What came of running a record again: steps, where it began, what differs around it, the verdict. */
export const reproductionLines = (found: Reproduction, paint: Paint): string[] => {
  const { verdict, steps, first, environment, notes, of, problems, seconds, kept } = found
  const began = steps.find(({ instance }) => instance === first)
  const sections: string[][] = [
    [
      `${paint.bold(of.name)}  ${of.recipe}${of.started === undefined ? '' : paint.dim(`  of ${of.started}`)}`,
    ],
    steps.length === 0
      ? []
      : table(
          [{ title: 'step' }, { title: 'kind' }, { title: 'compared' }],
          steps.map(step => [step.instance, step.kind, comparisonText(step, step.instance === first, paint)]),
          paint,
        ),
    began ? firstLines(began, paint) : [],
    changedLines(found, paint),
    environment.length === 0
      ? []
      : table(
          [{ title: 'differs' }, { title: 'was' }, { title: 'is' }, { title: 'matters' }, { title: '' }],
          environment.map(({ what, was, is, matters, why }) => [
            what,
            was,
            is,
            matters ? paint.yellow('it can') : paint.dim('no'),
            paint.dim(why),
          ]),
          paint,
        ),
    problems.length > 0 ? problemLines(problems, paint) : [],
    notes.map(note => paint.dim(note)),
  ]
  return [
    ...sections.filter(lines => lines.length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines])),
    '',
    `${verdictText(verdict, paint)}: ${found.found} ${paint.dim(`· ${formatSeconds(seconds)}`)}`,
    ...(kept === undefined ? [] : [paint.dim(`kept in ${kept}`)]),
  ]
}
