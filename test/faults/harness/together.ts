import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../../src/core/random.js'
import { complaintsOf, run, settle, type Injection, type Rig, type Trial } from './rig.js'
import { finalsOf } from './state.js'
import type { RunRecord } from '../../../src/store/run-record.js'
import { readFileSync } from 'node:fs'

const pause = (milliseconds: number): Promise<void> => new Promise(go => setTimeout(go, milliseconds))

/** Steps that a run made itself. */
const madeIn = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter(line => line.includes('"type":"finished"'))
    .map(line => (JSON.parse(line) as { instance: string }).instance)

const runIn = (stdout: string): string | undefined => /"type":"planned","run":"([^"]+)"/.exec(stdout)?.[1]

/** Several runs on one store at once, started within a moment of each other; some of them are killed. */
const together = async (rig: Rig, random: Random, runs: number): Promise<Trial> => {
  const folder = rig.project('empty')
  const store = join(folder, '.trimtab')
  const isKilling = random.uniform() < 0.5
  const plans = Array.from({ length: runs }, (_, at) => ({
    wait: random.uniform() * rig.seconds * 500,
    kill: isKilling && at % 2 === 1 ? { killAfter: (0.3 + random.uniform()) * rig.seconds * 1000 } : {},
  }))
  const played = await Promise.all(
    plans.map(async ({ wait, kill }) => {
      await pause(wait)
      return run(folder, kill)
    }),
  )
  const complaints = played.flatMap(complaintsOf)
  for (const { code, signal, stdout, stderr } of played) {
    if (signal !== null) continue
    if (code !== 0) complaints.push(`one of them ended with ${code}:\n${stderr}`)
    const id = runIn(stdout)
    if (id === undefined) continue
    const record = JSON.parse(readFileSync(join(store, 'runs', id, 'run.json'), 'utf8')) as RunRecord
    if (finalsOf(record) !== rig.finals) complaints.push('one of them came to other bits')
  }
  const made = played.flatMap(({ stdout }) => madeIn(stdout))
  const twice = made.length - new Set(made).size
  if (!isKilling && twice > 0) complaints.push(`${twice} steps were made twice`)
  complaints.push(...(await settle(rig, folder)))
  rmSync(folder, { recursive: true, force: true })
  return { became: isKilling ? 'with kills' : 'in peace', faults: 1, complaints }
}

export const twoRuns: Injection = (rig, random) => together(rig, random, 2)
export const eightRuns: Injection = (rig, random) => together(rig, random, 8)
