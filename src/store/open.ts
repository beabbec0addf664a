import { resolve } from 'node:path'
import { openClaims, type ClaimOptions } from './claims.js'
import { openCheckpoints } from './checkpoints.js'
import { openDigestCache } from './digest-cache.js'
import { removeLeftovers } from './leftovers.js'
import { openObjects } from './objects.js'
import { openResults } from './results.js'
import { openRuns } from './runs.js'
import type { Store } from './store.js'
import { openSweeps } from './sweeps.js'

/**
 * Opens the store at a folder (`.trimtab`). Writes nothing yet: a plan of a project that never ran
 * leaves no trace. Any number of threads and processes may have it open at once: objects and results are
 * renamed into place whole, under names that their content gives.
 */
export const openStore = (folder: string, options: ClaimOptions = {}): Promise<Store> => {
  const place = resolve(folder)
  const claims = openClaims(place, options)
  const digests = openDigestCache(place)
  const objects = openObjects(place, digests)
  const runs = openRuns(place, claims)
  return Promise.resolve({
    folder: place,
    objects,
    results: openResults(place, objects),
    runs: {
      ...runs,
      open: async started => {
        const run = await runs.open(started)
        // What a plan read before there was a folder to remember it in.
        digests.flush()
        // What killed processes left behind: unfinished files, and claims.
        await removeLeftovers(place)
        await claims.living()
        return {
          ...run,
          close: async record => {
            await objects.settle(record.asked.sources.map(({ digest }) => digest))
            await run.close(record)
          },
        }
      },
    },
    claims,
    sweeps: openSweeps(place, claims),
    digestFile: path => digests.digest(path),
    checkpoints: openCheckpoints(place),
  })
}
