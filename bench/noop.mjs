// What the pipeline itself costs: 1,000 trivial steps, planned and run in process, all reused and all missed. The misses
// stand beside what their disk takes for as many files (an object and a result each) written, synced and renamed alone.
// Usage: node bench/noop.mjs [steps] [rounds]
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { buildAll } from '../scripts/build.mjs'

await buildAll()
const { defineStep, list, plan, runPlanned } = await import('../dist/api/index.js')

const steps = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 7)

const noop = defineStep({
  kind: 'noop',
  revision: 1,
  params: Type.Object({ value: Type.Number() }, { additionalProperties: false, description: 'Sums.' }),
  consumes: { from: { ...list('file'), optional: true } },
  produces: { sum: 'file' },
  module: new URL('./noop-step.mjs', import.meta.url).href,
})

/** Each step reads up to three earlier ones, so that keys, edges and pending steps are as in a real graph. */
const recipe = offset => {
  const lines = ['trimtab: 1', 'seed: 1', 'steps:']
  for (let at = 0; at < steps; at++) {
    const from = [...new Set([at - 1, at - 7, at - 31].filter(each => each >= 0 && at % 10 > 0))]
    const ports = from.length > 0 ? `, from: [${from.map(each => `s${each}`).join(', ')}]` : ''
    lines.push(`  s${at}: {kind: noop, value: ${at + offset}${ports}}`)
  }
  return `${lines.join('\n')}\n`
}

const median = figures => [...figures].sort((a, b) => a - b)[figures.length >> 1]
const show = figures =>
  `${Math.round(median(figures))} ms (${figures.map(each => Math.round(each)).join(' ')})`
const timed = async work => {
  const began = performance.now()
  const value = await work()
  return { value, took: performance.now() - began }
}

const once = async file => {
  const planned = await timed(() => plan({ recipe: file, kinds: [noop] }))
  if (!planned.value.ok) throw new Error(JSON.stringify(planned.value.problems.slice(0, 3), null, 1))
  const ran = await timed(() => runPlanned(planned.value.plan, planned.value.store, {}))
  if (ran.value.outcome !== 'passed')
    throw new Error(JSON.stringify(ran.value.instances.find(each => each.problems)))
  const counts = {}
  for (const { status } of ran.value.instances) counts[status] = (counts[status] ?? 0) + 1
  return { plan: planned.took, run: ran.took, counts }
}

const files = folder => {
  const began = performance.now()
  for (let at = 0; at < 2 * steps; at++) {
    const file = openSync(join(folder, 'part'), 'w')
    writeSync(file, `${at}`.padEnd(500))
    fsyncSync(file)
    closeSync(file)
    renameSync(join(folder, 'part'), join(folder, `file-${at}`))
  }
  return performance.now() - began
}

const folder = mkdtempSync(join(tmpdir(), 'trimtab-noop-'))
try {
  const file = join(folder, 'recipe.yml')
  const missed = []
  const reused = []
  const disk = []
  for (let round = 0; round < rounds; round++) {
    writeFileSync(file, recipe(round * 7919))
    missed.push(await once(file))
    reused.push(await once(file))
    disk.push(files(folder))
  }
  const wrong = reused.some(({ counts }) => counts.reused !== steps)
  if (wrong) throw new Error(`not all reused: ${JSON.stringify(reused.map(each => each.counts))}`)
  console.log(`${steps} trivial steps, ${availableParallelism()} cores, medians of ${rounds} (all figures)`)
  console.log(`all reused: plan ${show(reused.map(each => each.plan))}`)
  console.log(`            run  ${show(reused.map(each => each.run))}`)
  console.log(`all missed: plan ${show(missed.map(each => each.plan))}`)
  console.log(`            run  ${show(missed.map(each => each.run))}`)
  const share = median(missed.map((each, at) => each.run / disk[at]))
  console.log(
    `the disk:   ${show(disk)} for ${2 * steps} files; all missed takes ${share.toFixed(2)} times that`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
