// Damages model and data files at random, plans and runs the steps that read them, and says what went wrong with the
// reading itself: another exception than a problem, a hang, more memory than docs/safety.md states, a result that does
// not hold together. Usage: node scripts/fuzz-files.mjs [count] [--format tfjs,idx,npy,csv] [--seed N] [--from N] [--keep FOLDER]
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { compile } from './compile.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: 'string', default: 'tfjs,idx,npy,csv' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    keep: { type: 'string' },
  },
})
const keep = values.keep && resolve(values.keep)
process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const count = Number(positionals[0] ?? 10_000)
const [seed, from] = [Number(values.seed), Number(values.from)]
/** Milliseconds of the processor that one case may take. */
const slow = 5000

const out = `.build/fuzz-files-${process.pid}`
const folder = mkdtempSync(join(tmpdir(), 'trimtab-hostile-'))
process.once('exit', () => {
  for (const each of [out, folder]) rmSync(each, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

await compile(['src', 'test'], out)
cpSync('test/data/fixtures', join(out, 'test/data/fixtures'), { recursive: true })
const { supervise, writeBases } = await import(pathToFileURL(join(out, 'test/hostile/supervise.js')).href)
await writeBases(folder)

let complaints = 0
for (const format of values.format.split(',')) {
  const stages = { refused: 0, failed: 0, read: 0 }
  const codes = new Map()
  const times = []
  const [slowest, largest] = [
    { milliseconds: 0, index: -1, what: '' },
    { memory: 0, index: -1, what: '' },
  ]
  const wrong = []
  const began = performance.now()
  await supervise({
    folder,
    format,
    seed,
    from,
    to: from + count,
    ...(keep ? { keep } : {}),
    told: (index, { what, stage, codes: found, milliseconds, memory, complaint }) => {
      stages[stage]++
      for (const code of new Set(found)) codes.set(code, (codes.get(code) ?? 0) + 1)
      times.push(milliseconds)
      if (milliseconds > slowest.milliseconds) Object.assign(slowest, { milliseconds, index, what })
      if (memory > largest.memory) Object.assign(largest, { memory, index, what })
      const said = complaint ?? (milliseconds > slow ? `took ${Math.round(milliseconds)} ms` : undefined)
      if (said === undefined) return
      wrong.push(index)
      if (wrong.length <= 40)
        console.log(`${format} ${index} (${what}): ${said.split('\n').slice(0, 5).join('\n    ')}`)
    },
  })
  complaints += wrong.length
  times.sort((a, b) => a - b)
  const quantile = share =>
    (times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0).toFixed(1)
  console.log(
    `${format}: ${times.length} cases, seed ${seed}: ${stages.refused} refused by the plan, ${stages.failed} failed in the step, ${stages.read} read`,
  )
  console.log(
    `  ${codes.size} codes: ${[...codes]
      .sort((a, b) => b[1] - a[1])
      .map(([code, times]) => `${code} ${times}`)
      .join(', ')}`,
  )
  console.log(
    `  milliseconds: median ${quantile(0.5)}, 99 % ${quantile(0.99)}, slowest ${slowest.milliseconds.toFixed(0)} (${slowest.index}, ${slowest.what})`,
  )
  console.log(
    `  memory: ${Math.round(largest.memory / 1e6)} MB at most (${largest.index}, ${largest.what}); ${Math.round((performance.now() - began) / 1000)} s in all`,
  )
  console.log(
    wrong.length === 0
      ? '  nothing to complain of'
      : `  ${wrong.length} complaints: ${wrong.slice(0, 100).join(' ')}`,
  )
}
process.exitCode = complaints === 0 ? 0 : 1
