import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { exclusiveTick } from './kinds/tick.js'
import { runSteps, type Written } from './rig.js'

const test = suite('order and concurrency of any graph')

interface Node {
  readonly from: readonly number[]
  readonly needs: readonly number[]
  readonly exclusive: boolean
  readonly threads: number
  readonly milliseconds: number
}

const node = fc.record({
  from: fc.array(fc.nat(), { maxLength: 3 }),
  needs: fc.array(fc.nat(), { maxLength: 1 }),
  exclusive: fc.boolean().chain(yes => fc.boolean().map(rare => yes && rare)),
  threads: fc.integer({ min: 1, max: 4 }),
  milliseconds: fc.nat(3),
})

/** Nodes that name earlier ones only: a graph without cycles, in topological order. */
const dag = fc.array(node, { minLength: 1, maxLength: 16 }).map(nodes =>
  nodes.map((each, at): Node => {
    const earlier = (picks: readonly number[]) => (at === 0 ? [] : [...new Set(picks.map(pick => pick % at))])
    return { ...each, from: earlier(each.from), needs: earlier(each.needs) }
  }),
)

const stepsOf = (nodes: readonly Node[], trace: string): Written[] =>
  nodes.map(({ from, needs, exclusive, threads, milliseconds }, at) => ({
    id: `s${at}`,
    ...(exclusive ? { spec: exclusiveTick } : {}),
    config: { value: 2 ** at, milliseconds, trace },
    from: from.map(each => `s${each}`),
    needs: needs.map(each => `s${each}`),
    threads,
  }))

const sumsOf = (nodes: readonly Node[]): number[] => {
  const sums: number[] = []
  nodes.forEach(({ from }, at) => sums.push(from.reduce((sum, each) => sum + sums[each]!, 2 ** at)))
  return sums
}

test('every step after what it needs, never more at once than workers, exclusive ones alone', async () => {
  await fc.assert(
    fc.asyncProperty(dag, fc.integer({ min: 1, max: 3 }), async (nodes, workers) => {
      const folder = emptyFolder()
      const trace = join(folder, 'trace')
      const store = await openStore(join(folder, 'store'))
      const { record } = await runSteps(stepsOf(nodes, trace), store, { workers })
      assert.equal(
        record.instances.map(each => each.output?.metrics?.model?.sum),
        sumsOf(nodes),
      )

      const begun = new Set<number>()
      const ended = new Set<number>()
      for (const line of readFileSync(trace, 'utf8').trim().split('\n')) {
        const [, what, id] = line.split(' ') as [string, string, string]
        const at = Number(id.slice(1))
        if (what === 'end') ended.add(at)
        else {
          assert.not(begun.has(at), `s${at} ran twice`)
          for (const need of [...nodes[at]!.from, ...nodes[at]!.needs]) assert.ok(ended.has(need))
          begun.add(at)
        }
        const running = [...begun].filter(each => !ended.has(each))
        assert.ok(running.length <= workers, `${running.length} steps at once, ${workers} workers`)
        const cores = running.map(each => Math.min(nodes[each]!.threads, workers))
        assert.ok(cores.reduce((sum, each) => sum + each, 0) <= workers, 'more cores than workers')
        if (running.some(each => nodes[each]!.exclusive)) assert.is(running.length, 1)
      }
      assert.is(ended.size, nodes.length)

      const again = await runSteps(stepsOf(nodes, trace), store, { workers })
      assert.ok(again.record.instances.every(each => each.status === 'reused'))
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

test('wherever one step fails, all that does not need it is there in the end', async () => {
  await fc.assert(
    fc.asyncProperty(dag, fc.nat(), async (nodes, pick) => {
      const folder = emptyFolder()
      const store = await openStore(join(folder, 'store'))
      const broken = pick % nodes.length
      const steps = stepsOf(nodes, join(folder, 'trace')).map((step, at) =>
        at === broken ? { ...step, timeout: 1, config: { ...step.config, milliseconds: 60_000 } } : step,
      )
      const { became } = await runSteps(steps, store, { workers: 2, keepGoing: true, grace: 1 })
      const lost = new Set([broken])
      nodes.forEach(({ from, needs }, at) => {
        if ([...from, ...needs].some(each => lost.has(each))) lost.add(at)
      })
      nodes.forEach((_, at) => {
        const expected = at === broken ? 'failed' : lost.has(at) ? 'skipped' : 'finished'
        assert.is(became[`s${at}`], expected)
      })
    }),
    { numRuns: 10, endOnFailure: true },
  )
})
