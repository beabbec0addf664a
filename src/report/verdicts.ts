import type { Verdict } from '../core/verdict.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** Skipped gates that are shown one by one; of more only the names are. */
const mostSkipped = 3

/** The verdicts of a run, one gate a line, with what was asked and what was found. */
export const verdictLines = (verdicts: readonly Verdict[], paint: Paint): string[] => {
  if (verdicts.length === 0) return []
  const mark = (verdict: Verdict): string => {
    switch (verdict.status) {
      case 'pass':
        return paint.green('✔ pass')
      case 'skipped':
        return paint.dim('○ skipped')
      case 'inconclusive':
        return paint.yellow('? inconclusive')
      case 'fail':
        return verdict.severity === 'warn' ? paint.yellow('! fail (warn)') : paint.red('✘ fail')
    }
  }
  const skipped = verdicts.filter(({ status }) => status === 'skipped')
  const short = skipped.length > mostSkipped
  const shown = short ? verdicts.filter(({ status }) => status !== 'skipped') : verdicts
  const lines =
    shown.length === 0
      ? []
      : table(
          [{ title: 'verdict' }, { title: 'gate' }, { title: 'asked' }, { title: 'found' }],
          shown.map(each => [mark(each), each.gate, each.asked, each.found]),
          paint,
        )
  if (short) {
    const names = skipped.slice(0, mostSkipped).map(({ gate }) => gate)
    lines.push(
      paint.dim(
        `○ ${skipped.length} gates skipped: ${names.join(', ')} and ${skipped.length - names.length} more`,
      ),
    )
  }
  for (const each of verdicts) {
    if (each.hint !== undefined && each.status !== 'pass')
      lines.push(`  ${paint.cyan('→')} ${each.gate}: ${each.hint}`)
  }
  return lines
}
