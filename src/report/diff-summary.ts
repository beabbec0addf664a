import type { RunDifference } from '../judge/run-difference.js'
import type { SideName } from '../judge/side-name.js'

/** What is compared, by name. */
export const sideText = ({ type, name, recipe, started }: SideName): string =>
  type === 'lock' ? `lock ${name}` : `run ${name} of ${recipe}${started === undefined ? '' : `, ${started}`}`

/** How much is the same, in one sentence. */
export const diffSummary = ({ steps, metrics, differs }: RunDifference): string => {
  const better = metrics.filter(each => each.better === true).length
  const worse = metrics.filter(each => each.better === false).length
  const parts = [
    `${steps.equal} ${steps.equal === 1 ? 'step' : 'steps'} equal`,
    `${steps.changed.length} differ`,
    ...(steps.onlyA.length + steps.onlyB.length > 0
      ? [`${steps.onlyA.length} only in a, ${steps.onlyB.length} only in b`]
      : []),
    ...(better + worse > 0 ? [`${better} metrics better, ${worse} worse`] : []),
  ]
  return differs ? parts.join(' · ') : `nothing that was made, measured or judged differs · ${parts[0]}`
}
