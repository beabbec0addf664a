import { rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { problem, type Problem } from '../core/problem.js'
import type { Claim } from './claims.js'
import { fileProblem, isErrno } from './file-problem.js'
import { stateOfItem, type ItemKind } from './inventory.js'
import type { Sorted } from './plan-sweep.js'
import { syncFolder } from './sync-folder.js'

/**
 * The order of deletion. A memo first, since it vouches for the rest; a result before its objects, so that a crash in
 * between leaves objects that nobody names, never a result whose objects are gone.
 */
const order: readonly ItemKind[] = ['memo', 'result', 'checkpoint', 'object', 'run', 'damaged', 'unfinished']

/** Milliseconds of work between two looks whether the sweep is still ours. */
const often = 500

export interface Swept {
  readonly deleted: readonly Sorted[]
  readonly problems: readonly Problem[]
}

const syncResults = (folder: string): Promise<void> =>
  syncFolder(join(folder, 'results')).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error
  })

const remove = async ({ what, path }: Sorted): Promise<void> => {
  // Without its record a run is one that never ended: its folder may go bit by bit.
  if (what === 'run') await rm(join(path, 'run.json'), { force: true })
  if (what === 'run' || what === 'checkpoint') await rm(path, { recursive: true, force: true })
  else await unlink(path)
}

/**
 * Deletes what a plan says goes, but for what has changed since. Stops where the sweep was taken from it: this process
 * slept, and what it knows is out of date.
 */
export const sweep = async (folder: string, goes: readonly Sorted[], claim: Claim): Promise<Swept> => {
  const deleted: Sorted[] = []
  const problems: Problem[] = []
  let looked = -Infinity
  const isOurs = async (): Promise<boolean> => {
    if (performance.now() - looked < often) return true
    looked = performance.now()
    return claim.isOurs()
  }
  for (const what of order) {
    for (const item of goes.filter(each => each.what === what)) {
      if (!(await isOurs())) {
        problems.push(
          problem('gc-cut-short', 'gc stopped: it was suspended, and other runs went on meanwhile', {
            hint: 'Nothing that is needed was deleted. Run it again.',
          }),
        )
        return { deleted, problems }
      }
      try {
        const state = await stateOfItem(item.path)
        if (!state || (what !== 'unfinished' && state.changed !== item.changed)) continue
        await remove(item)
        deleted.push(item)
      } catch (error) {
        if (isErrno(error, 'ENOENT')) continue
        const found = fileProblem(error, item.path)
        if (!found) throw error
        problems.push(problem('gc-cannot-delete', `cannot delete ${item.path}: ${found.message}`))
      }
    }
    // On the disk too the results are gone before the first of their objects is.
    if (what === 'result' && deleted.length > 0) await syncResults(folder)
  }
  return { deleted, problems }
}
