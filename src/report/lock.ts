import { relative } from 'node:path'

/** What a run changed in a lock file. */
export interface WrittenLock {
  readonly path: string
  readonly written?: {
    readonly isNew: boolean
    readonly changes: readonly { readonly how: 'added' | 'removed' | 'changed' }[]
  }
}

const steps = (count: number): string => `${count} ${count === 1 ? 'step' : 'steps'}`

/** `recipe.lock.yml: 3 steps changed`; nothing where it was not touched. */
export const lockLines = ({ path, written }: WrittenLock, cwd = process.cwd()): string[] => {
  if (!written) return []
  const { isNew, changes } = written
  const near = relative(cwd, path)
  const name = near.startsWith('../..') ? path : near
  const parts = (['added', 'changed', 'removed'] as const).flatMap(how => {
    const count = changes.filter(each => each.how === how).length
    return count > 0 ? [`${steps(count)} ${how}`] : []
  })
  if (isNew) return [`${name}: written, ${steps(changes.length)}; commit it`]
  return [`${name}: ${parts.length > 0 ? parts.join(', ') : 'written anew'}`]
}
