import type { GcReport } from '../../src/api/gc.js'
import { project, recipe } from './lock-rig.js'

export const reportOf = (stdout: string): GcReport => JSON.parse(stdout) as GcReport

export const countOf = (items: GcReport['goes'], what: string): number =>
  items.filter(each => each.what === what).length

/** A project whose branch `main` has one lock and whose branch `other` has another, each made by a run. */
export const twoBranches = async () => {
  const made = project()
  await made.run()
  made.commit('main')
  made.git('checkout', '-q', '-b', 'other')
  made.write('recipe.yml', recipe('', 5))
  await made.run()
  made.commit('other')
  made.git('checkout', '-q', 'main')
  const gc = (...args: string[]) => made.trimtab('gc', '--grace', '0', '--keep-runs', '0', ...args)
  return { ...made, gc }
}
