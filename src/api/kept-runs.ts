import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { problem, ProblemError } from '../core/problem.js'
import { projectOf } from '../language/project.js'
import type { Item } from '../store/inventory.js'

/** Which runs stay: so many of each recipe, all, or those of these ids; and those of so many days. */
export interface KeptRuns {
  readonly newest: number
  readonly ids: readonly string[]
  readonly days?: number
}

/** What a record says of where its run came from; empty for one that never ended, or is damaged. */
const originOf = ({ path }: Item): { readonly recipe: string; readonly project?: string } => {
  try {
    const { asked } = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as {
      readonly asked: { readonly recipe: string; readonly project?: string }
    }
    const { recipe, project } = asked
    return typeof recipe === 'string'
      ? { recipe, project: project ?? projectOf(dirname(recipe)) }
      : { recipe: '' }
  } catch {
    return { recipe: '' }
  }
}

/** Whole ids of the runs that were named by theirs or by the beginning of one. */
const idsOf = (wanted: readonly string[], runs: readonly Item[]): string[] =>
  wanted.map(each => {
    const fitting = runs.filter(({ name }) => name.startsWith(each)).map(({ name }) => name)
    if (fitting.length === 1) return fitting[0]!
    throw new ProblemError(
      fitting.length === 0
        ? problem('run-unknown', `there is no run "${each}"`, { hint: '`trimtab runs` lists them.' })
        : problem('run-ambiguous', `${fitting.length} runs begin with "${each}": ${fitting.join(', ')}`),
    )
  })

/** The runs that stay, and the projects that runs of this store came from. `now`: by the file system's clock. */
export const chooseRuns = (
  kept: KeptRuns,
  runs: readonly Item[],
  now: number,
): { readonly ids: ReadonlySet<string>; readonly projects: ReadonlySet<string> } => {
  const ids = new Set(idsOf(kept.ids, runs))
  const projects = new Set<string>()
  const counts = new Map<string, number>()
  // Ids sort by time.
  for (const run of [...runs].sort((a, b) => (a.name < b.name ? 1 : -1))) {
    const { recipe, project } = originOf(run)
    if (project !== undefined) projects.add(project)
    const before = counts.get(recipe) ?? 0
    const isRecent = kept.days !== undefined && now - run.changed < kept.days * 24 * 3600 * 1000
    if ((recipe !== '' && before < kept.newest) || isRecent) ids.add(run.name)
    counts.set(recipe, before + 1)
  }
  return { ids, projects }
}
