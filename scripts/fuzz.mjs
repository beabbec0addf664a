// Damages sound recipes at random, reads and plans each, and says what went wrong with the reading itself: a crash, a
// place outside of the file, a slow case. Usage: node scripts/fuzz.mjs [count] [--seed N] [--from N] [--show INDEX] [--heavy SIZE[,NAME]]
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { compile } from './compile.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    show: { type: 'string' },
    heavy: { type: 'string' },
  },
})
const count = Number(positionals[0] ?? 100_000)
const [seed, from] = [Number(values.seed), Number(values.from)]
/** Milliseconds that one recipe may take. */
const slow = 1000

const out = `.build/fuzz-${process.pid}`
const folder = mkdtempSync(join(tmpdir(), 'trimtab-fuzz-'))
process.once('exit', () => {
  for (const each of [out, folder]) rmSync(each, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

await compile(['src', 'test'], out)
cpSync('test/data/fixtures', join(out, 'test/data/fixtures'), { recursive: true })
const { examiner } = await import(pathToFileURL(join(out, 'test/fuzz/examine.js')).href)
const { at, examine } = await examiner(folder)

if (values.heavy !== undefined) {
  const { heavy } = await import(pathToFileURL(join(out, 'test/fuzz/heavy.js')).href)
  const { subjects } = await import(pathToFileURL(join(out, 'test/fuzz/subjects.js')).href)
  const [size, ...names] = values.heavy.split(',')
  for (const [name, make] of Object.entries(heavy)) {
    if (names.length > 0 && !names.some(part => name.includes(part))) continue
    const { stage, codes, milliseconds, complaint } = await examine(
      subjects[0],
      Buffer.from(make(Number(size))),
    )
    const memory = `${Math.round(process.memoryUsage.rss() / 1e6)} MB`
    console.log(
      `${Math.round(milliseconds)} ms, ${memory}: ${name}: ${stage}, ${codes.length} × ${[...new Set(codes)].join(' ')}`,
    )
    if (complaint !== undefined) console.log(`  ${complaint.split('\n').slice(0, 5).join('\n  ')}`)
  }
  process.exit()
}
if (values.show !== undefined) {
  const { text, ...rest } = await at(seed, Number(values.show))
  console.log(text)
  console.log(rest)
  process.exit()
}

const stages = { refused: 0, faulty: 0, clean: 0 }
const codes = new Map()
const complaints = []
const times = []
let slowest = { milliseconds: 0, index: -1 }
let memory = 0
const began = performance.now()
for (let index = from; index < from + count; index++) {
  const outcome = await at(seed, index)
  stages[outcome.stage]++
  for (const code of new Set(outcome.codes)) codes.set(code, (codes.get(code) ?? 0) + 1)
  times.push(outcome.milliseconds)
  if (outcome.milliseconds > slowest.milliseconds)
    slowest = { milliseconds: outcome.milliseconds, index, subject: outcome.subject }
  const complaint =
    outcome.complaint ??
    (outcome.milliseconds > slow ? `took ${Math.round(outcome.milliseconds)} ms` : undefined)
  if (complaint !== undefined) {
    complaints.push(index)
    if (complaints.length <= 40)
      console.log(`${index} (${outcome.subject}): ${complaint.split('\n').slice(0, 6).join('\n    ')}`)
  }
  if (index % 100 === 0) memory = Math.max(memory, process.memoryUsage.rss())
  if ((index + 1) % 10_000 === 0)
    console.log(
      `… ${index + 1}: ${Math.round((performance.now() - began) / 1000)} s, ${Math.round(process.memoryUsage.rss() / 1e6)} MB, ${complaints.length} complaints`,
    )
}
times.sort((a, b) => a - b)
const quantile = share => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1)
console.log(
  `${count} damaged recipes, seed ${seed}: ${stages.refused} refused as a whole, ${stages.faulty} with problems, ${stages.clean} clean`,
)
console.log(
  `${codes.size} codes: ${[...codes]
    .sort((a, b) => b[1] - a[1])
    .map(([code, times]) => `${code} ${times}`)
    .join(', ')}`,
)
console.log(
  `milliseconds: median ${quantile(0.5)}, 99 % ${quantile(0.99)}, 99.9 % ${quantile(0.999)}, slowest ${slowest.milliseconds.toFixed(0)} (${slowest.index}, ${slowest.subject})`,
)
console.log(
  `memory: ${Math.round(memory / 1e6)} MB at most; ${Math.round((performance.now() - began) / 1000)} s in all`,
)
console.log(
  complaints.length === 0
    ? 'nothing to complain of'
    : `${complaints.length} complaints: ${complaints.slice(0, 100).join(' ')}`,
)
process.exitCode = complaints.length === 0 ? 0 : 1
