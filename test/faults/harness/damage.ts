import {
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../src/core/random.js'
import { complaintsOf, problemIn, run, settle, type Injection, type Rig, type Trial } from './rig.js'
import { objectFiles, resultFiles } from './state.js'

const pick = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)]!

/** One to three different ones. */
const some = (items: readonly string[], random: Random): readonly string[] => [
  ...new Set(Array.from({ length: 1 + random.below(3) }, () => pick(items, random))),
]

const flip = (path: string, random: Random): void => {
  const bytes = readFileSync(path)
  if (bytes.length === 0) return
  const at = random.below(bytes.length)
  bytes[at]! ^= 1 << random.below(8)
  writeFileSync(path, bytes)
}

const cut = (path: string, random: Random): void =>
  truncateSync(path, random.below(Math.max(1, statSync(path).size)))

/** What a run says of a store that was damaged before it, or is while it runs; it must heal by itself. */
const damaged = async (
  rig: Rig,
  random: Random,
  harm: (path: string, random: Random) => void,
): Promise<Trial> => {
  const folder = rig.project('finished')
  const store = join(folder, '.trimtab')
  const during = random.uniform() < 0.4
  // While it runs it must have something to do: half of the results are gone.
  if (during) for (const path of resultFiles(store)) if (random.uniform() < 0.5) rmSync(path)
  const victims = some([...objectFiles(store), ...objectFiles(store), ...resultFiles(store)], random)
  const hurt = (): void => {
    for (const path of victims) if (existsSync(path)) harm(path, random)
  }
  if (!during) hurt()
  // Never later than this run: the one that settles it would meet the damage after it had looked.
  let harmed = Promise.resolve()
  const played = await run(folder, {
    during: () => {
      if (during) harmed = sleep(random.uniform() * rig.seconds * 700).then(hurt)
    },
  })
  await harmed
  const complaints = complaintsOf(played)
  if (!during && played.code !== 0) complaints.push(`it did not heal:\n${played.stderr}`)
  const became = problemIn(played) ?? (played.code === 0 ? 'healed' : 'nothing')
  complaints.push(...(await settle(rig, folder)))
  rmSync(folder, { recursive: true, force: true })
  return { became: `${during ? 'during: ' : ''}${became}`, faults: victims.length, complaints }
}

export const truncated: Injection = (rig, random) => damaged(rig, random, cut)
export const bitFlipped: Injection = (rig, random) => damaged(rig, random, flip)

/** The journal of a run that was killed, cut or damaged anywhere: every command that reads it copes. */
export const journalCut: Injection = async (rig, random) => {
  const folder = rig.project('empty')
  const first = await run(folder, { killAfter: (0.2 + random.uniform()) * rig.seconds * 1000 })
  const complaints = complaintsOf(first)
  const runs = join(folder, '.trimtab/runs')
  let faults = 0
  for (const id of existsSync(runs) ? readdirSync(runs) : [])
    for (const name of existsSync(join(runs, id)) ? readdirSync(join(runs, id)) : []) {
      const path = join(runs, id, name)
      if (!/^(journal\.jsonl|run\.json)$/.test(name)) continue
      if (random.uniform() < 0.5) cut(path, random)
      else flip(path, random)
      faults++
    }
  for (const args of [['runs'], ['show'], ['runs', '--json']])
    complaints.push(
      ...complaintsOf(await run(folder, { args })).filter(each => !/named no problem/.test(each)),
    )
  complaints.push(...(await settle(rig, folder)))
  rmSync(folder, { recursive: true, force: true })
  return { became: first.signal === null ? 'of a whole run' : 'of a killed run', faults, complaints }
}

/** Files of a folder and all below it. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

/**
 * The clock set back since the store was written: all of its files are of a time to come, some days or an hour off. What
 * was done counts, what changed since is noticed.
 */
export const clockBack: Injection = async (rig, random) => {
  const folder = rig.project(random.uniform() < 0.7 ? 'finished' : 'empty')
  const store = join(folder, '.trimtab')
  const complaints: string[] = []
  if (!existsSync(store))
    complaints.push(...complaintsOf(await run(folder, { killAfter: random.uniform() * rig.seconds * 1000 })))
  const ahead = Date.now() / 1000 + 3600 * (1 + random.below(240))
  const files = existsSync(store) ? filesBelow(store) : []
  for (const path of files) utimesSync(path, ahead, ahead)
  for (const path of [join(folder, 'recipe.yml'), join(folder, 'moody.mjs')]) utimesSync(path, ahead, ahead)
  // A file replaced behind a clock's back keeps its time and size.
  const victims = objectFiles(store)
  if (victims.length > 0 && random.uniform() < 0.5) {
    const path = pick(victims, random)
    writeFileSync(`${path}.x`, readFileSync(path))
    flip(`${path}.x`, random)
    utimesSync(`${path}.x`, ahead, ahead)
    renameSync(`${path}.x`, path)
  }
  const played = await run(folder)
  complaints.push(...complaintsOf(played))
  if (played.code !== 0) complaints.push(`it ended with ${played.code}:\n${played.stderr}`)
  complaints.push(...(await settle(rig, folder)))
  rmSync(folder, { recursive: true, force: true })
  return { became: problemIn(played) ?? 'went through', faults: 1, complaints }
}
