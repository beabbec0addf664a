import { paintFor } from '../../src/report/paint.js'
import { liveTree } from '../../src/report/tree.js'
import { problem } from '../../src/core/problem.js'

// A terminal as far as the renderer asks.
process.stdout.isTTY = true
process.stdout.columns = 120

const tree = liveTree(paintFor({ isTTY: false }), Number(process.argv[2]))
const wait = (): Promise<void> => new Promise(done => setTimeout(done, 500))
const instances = [
  { instance: 'digits', step: 'digits' },
  { instance: 'base', step: 'base' },
  { instance: 'scores[base]', step: 'scores' },
  { instance: 'scores[int8]', step: 'scores' },
  { instance: 'broken', step: 'broken' },
  { instance: 'later', step: 'later' },
].map(each => ({ ...each, kind: 'test', status: 'miss' as const }))

tree.on({ time: 0, type: 'planned', run: 'r', recipe: 'recipe.yml', instances })
tree.on({ time: 0, type: 'reused', instances: ['digits'] })
tree.on({ time: 0, type: 'started', instance: 'base', attempt: 1, lane: 'compute' })
tree.on({
  time: 0,
  type: 'progress',
  instance: 'base',
  progress: { epoch: 1, epochs: 3, loss: 0.5, imagesPerSecond: 1200, secondsLeft: 9 },
})
await wait()
tree.on({ time: 0, type: 'finished', instance: 'base', seconds: 12, metrics: {} })
for (const instance of ['scores[base]', 'scores[int8]']) {
  tree.on({ time: 0, type: 'started', instance, attempt: 1, lane: 'compute' })
  tree.on({ time: 0, type: 'finished', instance, seconds: 1.5, metrics: {} })
}
tree.on({ time: 0, type: 'started', instance: 'broken', attempt: 1, lane: 'compute' })
tree.on({
  time: 0,
  type: 'failed',
  instance: 'broken',
  attempt: 1,
  retrying: false,
  problems: [problem('disk-full', 'the disk is full')],
})
tree.on({ time: 0, type: 'skipped', instance: 'later', reason: 'needs "broken", which failed' })
await wait()
await tree.done()
