import { relative } from 'node:path'
import type { Problem } from '../core/problem.js'
import type { Paint } from './paint.js'
import { fitFrame, hang } from './wrap.js'

const place = (problem: Problem, cwd: string): string => {
  if (!problem.at) return ''
  const near = relative(cwd, problem.at.file)
  const file = near === '' || near.startsWith('../../..') ? problem.at.file : near
  return `${file}:${problem.at.line}:${problem.at.column}`
}

/** Problems as a person reads them: place, what is wrong, the lines around it, what to do. */
export const problemLines = (problems: readonly Problem[], paint: Paint, cwd = process.cwd()): string[] => {
  const lines: string[] = []
  for (const each of problems) {
    const mark = each.severity === 'error' ? paint.red('error') : paint.yellow('warning')
    const where = place(each, cwd)
    const lead = `${where === '' ? '' : `${paint.bold(where)} `}${mark} `
    lines.push(...hang(lead, `${each.message} ${paint.dim(`[${each.code}]`)}`, 2, paint))
    if (each.frame !== undefined) lines.push(...fitFrame(each.frame, 2, paint).map(line => `  ${line}`))
    if (each.hint !== undefined)
      for (const line of each.hint.split('\n')) lines.push(...hang(`  ${paint.cyan('→')} `, line, 4, paint))
    lines.push('')
  }
  const errors = problems.filter(each => each.severity === 'error').length
  const warnings = problems.length - errors
  const counted = [
    errors > 0 ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : '',
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '',
  ].filter(text => text !== '')
  if (counted.length > 0) lines.push((errors > 0 ? paint.red : paint.yellow)(counted.join(', ')))
  return lines
}
