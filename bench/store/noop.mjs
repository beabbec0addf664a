// A run in which nothing is to be done, over a store of many gigabytes: how long the real command takes, and how many
// bytes it reads. With its memo of an unchanged run, without it (a full plan, which looks up every object), and with
// nothing remembered of objects at all (every byte is hashed).
// Usage: node bench/store/noop.mjs [steps] [gigabytes] [rounds]
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildAll } from '../../scripts/build.mjs'
import { median, trimtab, writeProject } from './project.mjs'

const steps = Number(process.argv[2] ?? 1000)
const gigabytes = Number(process.argv[3] ?? 10)
const rounds = Number(process.argv[4] ?? 7)
const objects = 4

await buildAll()
const folder = mkdtempSync(join(tmpdir(), 'trimtab-store-'))
const small = mkdtempSync(join(tmpdir(), 'trimtab-store-'))
const { bavail, bsize } = statfsSync(folder)
if (bavail * bsize < gigabytes * 1.2e9) throw new Error(`the disk has no ${gigabytes} GB free`)

const show = found => {
  const times = found.map(({ took }) => Math.round(took))
  const reads = found.flatMap(({ read }) => (read === undefined ? [] : [read / 1e6]))
  const read = reads.length > 0 ? `${median(reads).toFixed(1)} MB read` : 'bytes read unknown here'
  const cpu = Math.round(median(found.map(({ cpu }) => cpu)))
  return `${median(times)} ms (${times.join(' ')}), ${cpu} ms of processor time, ${read}`
}

try {
  writeProject(folder, { steps, objects, megabytes: (gigabytes * 1000) / steps / objects / 1.048576 })
  const run = async (reused, where = folder) => {
    const found = await trimtab(where, 'run')
    if (!found.said.includes(`${reused ? 0 : steps} ran · ${reused ? steps : 0} reused`))
      throw new Error(found.said)
    return found
  }
  console.log(
    `${steps} steps, ${steps * objects} objects, ${gigabytes} GB; ${availableParallelism()} cores, medians of ${rounds} (all figures)`,
  )
  const first = await run(false)
  console.log(`stored:            ${(first.took / 1000).toFixed(1)} s`)
  console.log(`the run after:     ${show([await run(true)])}`)
  const [memo, planned] = [[], []]
  for (let round = 0; round < rounds; round++) {
    rmSync(join(folder, '.trimtab/unchanged'), { recursive: true, force: true })
    planned.push(await run(true))
    // Written by the run before, once nothing was touched within two seconds.
    memo.push(await run(true))
  }
  console.log(`nothing to do:     ${show(memo)}`)
  console.log(`without the memo:  ${show(planned)}`)
  // The same with objects of a few bytes: what is read besides objects.
  writeProject(small, { steps, objects, megabytes: 16 / 1024 / 1024 })
  await run(false, small)
  await run(true, small)
  rmSync(join(small, '.trimtab/unchanged'), { recursive: true, force: true })
  console.log(`with tiny objects: ${show([await run(true, small)])}`)
  rmSync(join(folder, '.trimtab/unchanged'), { recursive: true, force: true })
  rmSync(join(folder, '.trimtab/digests'))
  console.log(`nothing remembered: ${show([await run(true)])}`)
} finally {
  for (const each of [folder, small]) rmSync(each, { recursive: true, force: true })
}
