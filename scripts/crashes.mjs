// Crashes processes of lanes under parallel steps, in every way there is and from outside, until there were as many
// crashes as wanted. Each run must come to the bits of the undisturbed one, with no step lost, none done twice, and no
// process left behind. Usage: node scripts/crashes.mjs [--crashes 200] [--seed N]
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from './build.mjs'
import { compile } from './compile.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const { values } = parseArgs({
  options: { crashes: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})

await buildAll()
const out = `.build/crashes-${process.pid}`
process.once('exit', () => rmSync(out, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
await compile(['src', 'test'], out)
const { storm } = await import(pathToFileURL(join(out, 'test/run/storm/storm.js')).href)

const wanted = Number(values.crashes)
const tally = await storm({
  seed: Number(values.seed),
  crashes: wanted,
  members: 6,
  each: 3,
  onRun: (crashes, complaints) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${crashes} of ${wanted} crashes`)
    for (const each of complaints) process.stderr.write(`\n${each}\n`)
  },
})
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

const list = counts =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
const { runs, failures, made, killed, crashes, complaints, seconds, trulyBad } = tally
console.log(
  `${crashes} attempts ended by a crash, in ${runs} runs, ${Math.round(seconds)} s, seed ${values.seed}`,
)
console.log(
  `made by steps:       ${list(made)}${trulyBad ? '' : ' (no C compiler: bad accesses were signals)'}`,
)
console.log(
  `killed from outside: ${killed}, some of them while they had nothing to do or were crashing already`,
)
console.log(`attempts that failed, as the journal says: ${list(failures)}`)
console.log(complaints.length === 0 ? 'all well' : `${complaints.length} COMPLAINTS`)
process.exitCode = complaints.length > 0 || crashes < wanted ? 1 : 0
