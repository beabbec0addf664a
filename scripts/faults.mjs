// Disturbs real runs: kills, full and read-only disks, damaged objects, cut journals, clocks, memory, concurrent runs; each
// must come to the bits of the undisturbed run. Usage: node scripts/faults.mjs [--kills 300] [--each 50] [--only PART,…]
// [--seed N] [--without-checkpoints]
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from './build.mjs'
import { compile } from './compile.mjs'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    each: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'without-checkpoints': { type: 'boolean', default: false },
  },
})

await buildAll()
const out = `.build/faults-${process.pid}`
process.once('exit', () => rmSync(out, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
await compile(['src', 'test'], out)
const { harness, injections } = await import(pathToFileURL(join(out, 'test/faults/harness/harness.js')).href)

const parts = values.only?.split(',')
const names = Object.keys(injections).filter(name => !parts || parts.some(part => name.includes(part)))
const wanted = Object.fromEntries(
  names.map(name => [name, Number(name === 'kill -9' ? values.kills : values.each)]),
)
const began = performance.now()
const tallies = await harness({
  seed: Number(values.seed),
  wanted,
  checkpoint: !values['without-checkpoints'],
  onTrial: (name, faults, complaints) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}: ${faults} of ${wanted[name]}`)
    for (const each of complaints) process.stderr.write(`\n${name}: ${each}\n`)
  },
})
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

const width = Math.max(...tallies.map(({ name }) => name.length))
for (const { name, trials, faults, became, complaints, skipped } of tallies) {
  const how = Object.entries(became)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`)
  console.log(
    skipped === undefined
      ? `${name.padEnd(width)}  ${String(faults).padStart(4)} faults in ${String(trials).padStart(3)} trials: ${complaints.length === 0 ? 'all well' : `${complaints.length} COMPLAINTS`} (${how.join(', ')})`
      : `${name.padEnd(width)}  not tried: ${skipped}`,
  )
}
const bad = tallies.flatMap(({ complaints }) => complaints)
console.log(
  `\n${Math.round((performance.now() - began) / 1000)} s, seed ${values.seed}, ${bad.length} complaints`,
)
process.exitCode = bad.length > 0 ? 1 : 0
