// A process that sweeps all of a store away: `node sweeper.js FOLDER`. It says when it begins to delete.
import { openStore } from '../../src/store/open.js'
import { planSweep } from '../../src/store/plan-sweep.js'
import { sweep } from '../../src/store/sweep.js'

const store = await openStore(process.argv[2]!)
const begun = await store.sweeps.begin()
if ('held' in begun) throw new Error('another sweep is on')
const { goes } = await planSweep(store, { living: [], named: new Set(), runs: new Set(), grace: 0 })
process.stdout.write('deleting\n')
await sweep(store.folder, goes, begun.claim)
await begun.claim.release()
