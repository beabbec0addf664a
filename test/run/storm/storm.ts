import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '../../../src/core/event.js'
import { packageFolder } from '../../../src/core/home.js'
import { stream, type Random } from '../../../src/core/random.js'
import { play, workersOf } from '../../faults/harness/play.js'
import { finalsOf, newestRecord, resultFiles, wrongIn } from '../../faults/harness/state.js'
import { buildLibraries, writeStormSubject } from './subject.js'

/** How a stormy step may end its process. */
export const ways = [
  'abort',
  'segv',
  'badAccess',
  'badInstruction',
  'bus',
  'kill',
  'exit',
  'heap',
  'oneAllocation',
  'wasmMemory',
  'noBuffer',
] as const
const moments = ['before', 'within', 'after'] as const

export interface StormOptions {
  readonly seed: number
  /** Attempts at steps to be ended by a crash, at least, over as many runs as it takes. */
  readonly crashes: number
  /** Stormy steps in each lane. */
  readonly members: number
  /** Crashes that each of them is to have in one run. */
  readonly each: number
  readonly onRun?: (crashes: number, complaints: readonly string[]) => void
}

export interface StormTally {
  readonly runs: number
  /** Attempts that failed, by what was said of them. */
  readonly failures: Readonly<Record<string, number>>
  /** Crashes that steps made themselves, by way. */
  readonly made: Readonly<Record<string, number>>
  /** Lane processes that were killed from outside; some of them had nothing to do at that moment. */
  readonly killed: number
  /** Attempts that a crash ended. */
  readonly crashes: number
  readonly complaints: readonly string[]
  readonly seconds: number
  /** False: no C compiler, so that bad accesses and instructions were signals. */
  readonly trulyBad: boolean
}

const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean)

/** What was said of a failed attempt, in a word. */
const wordOf = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  /SIG[A-Z]+/.exec(message)?.[0] ?? (/exit code \d+/.exec(message)?.[0] || code)

const count = (tally: Record<string, number>, word: string, by = 1): void =>
  void (tally[word] = (tally[word] ?? 0) + by)

/** What must be of every journal of a run on an empty store: nothing lost, nothing done twice. */
const complaintsOfJournal = (events: readonly Event[]): string[] => {
  const complaints: string[] = []
  const planned = events.flatMap(event => (event.type === 'planned' ? event.instances : []))
  for (const { instance } of planned) {
    const own = events.filter(event => 'instance' in event && event.instance === instance)
    const of = (type: Event['type']): readonly Event[] => own.filter(event => event.type === type)
    const [started, failed, finished] = [of('started'), of('failed'), of('finished')]
    if (finished.length !== 1) complaints.push(`${instance} finished ${finished.length} times`)
    if (started.length !== failed.length + 1)
      complaints.push(`${instance} started ${started.length} times and failed ${failed.length} times`)
    if (own.findLast(event => event.type !== 'log' && event.type !== 'progress')?.type !== 'finished')
      complaints.push(`${instance} went on after it had finished`)
    started.forEach((event, at) => {
      if (event.type === 'started' && event.attempt !== at + 1)
        complaints.push(`attempt ${at + 1} of ${instance} says ${event.attempt}`)
    })
    if (failed.some(event => event.type === 'failed' && !event.retrying))
      complaints.push(`${instance} was given up`)
  }
  return complaints
}

/** The crashes of each stormy step of a run, drawn: how, and at which moment of its work. */
const drawPlan = (random: Random, { members, each }: StormOptions): Record<string, object[]> => {
  const names = ['inProcesses', 'onDevices'].flatMap(step =>
    Array.from({ length: members }, (_, seat) => `${step}[seat=${seat}]`),
  )
  return Object.fromEntries(
    [...names, 'last'].map(name => [
      name,
      Array.from({ length: each }, () => ({
        way: ways[random.below(ways.length)],
        moment: moments[random.below(moments.length)],
      })),
    ]),
  )
}

/** Kills lane processes of a command at random moments until it ends; how many. */
const killNowAndThen = (parent: number, random: Random, between: number) => {
  let killed = 0
  let next: NodeJS.Timeout
  const strike = (): void => {
    const workers = workersOf(parent)
    const victim = workers[random.below(Math.max(1, workers.length))]
    try {
      if (victim !== undefined) {
        process.kill(victim, 'SIGKILL')
        killed++
      }
    } catch {
      // It ended by itself meanwhile.
    }
    next = setTimeout(strike, random.uniform() * between)
  }
  next = setTimeout(strike, random.uniform() * between)
  return {
    stop: (): number => {
      clearTimeout(next)
      return killed
    },
  }
}

/** Runs the subject through crashes until there were enough of them, and says all that was not as it must be. */
export const storm = async (options: StormOptions): Promise<StormTally> => {
  const began = performance.now()
  const base = mkdtempSync(join(tmpdir(), 'trimtab-storm-'))
  const complaints: string[] = []
  const failures: Record<string, number> = {}
  const made: Record<string, number> = {}
  const libraries = buildLibraries(join(base, 'libraries'))
  const env = { TRIMTAB_LANE: 'process', TRIMTAB_DEVICES: '0,1', TRIMTAB_HEAP: '96' }
  const args = ['run', '--json', '--workers', '2']
  let [runs, killed, crashes] = [0, 0, 0]
  try {
    const calm = join(base, 'calm')
    writeStormSubject(calm, packageFolder(), options.members)
    const quiet = await play(calm, { args, env })
    const record = newestRecord(join(calm, '.trimtab'))
    if (quiet.code !== 0 || !record)
      throw new Error(`the undisturbed run ended with ${quiet.code}:\n${quiet.stderr}`)
    const finals = finalsOf(record)

    for (; crashes < options.crashes && runs < 50; runs++) {
      const random = stream(options.seed, 'storm', runs)
      const folder = join(base, `run-${runs}`)
      const weather = join(base, `weather-${runs}`)
      writeStormSubject(folder, packageFolder(), options.members)
      mkdirSync(weather)
      writeFileSync(join(weather, 'plan.json'), JSON.stringify(drawPlan(random.fork('plan'), options)))
      let killer: ReturnType<typeof killNowAndThen> | undefined
      const played = await play(folder, {
        args,
        env: { ...env, STORM: weather, ...(libraries ? { STORM_LIBRARIES: libraries } : {}) },
        during: pid => (killer = killNowAndThen(pid, random.fork('kills'), 4000)),
      })
      const strikes = killer!.stop()
      const store = join(folder, '.trimtab')
      const events = played.stdout
        .split('\n')
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line) as Event)
      const failed = events.flatMap(event => (event.type === 'failed' ? [event.problems[0]!] : []))
      const said = (text: string): void => void complaints.push(`run ${runs}: ${text}`)
      if (played.hung) said('it hung')
      if (played.code !== 0)
        said(`the executor ended with ${played.code ?? played.signal}:\n${played.stderr}`)
      if (played.left.length > 0) said(`${played.left.length} processes were left behind`)
      for (const each of complaintsOfJournal(events)) said(each)
      const after = newestRecord(store)
      if (!after || finalsOf(after) !== finals) said('it came to other bits')
      if (after && resultFiles(store).length !== after.instances.length)
        said(`${after.instances.length} steps have ${resultFiles(store).length} results`)
      for (const each of wrongIn(store)) said(each)
      const own = readdirSync(weather)
        .filter(name => name !== 'plan.json')
        .flatMap(name => lines(join(weather, name)))
      for (const way of own) count(made, way)
      for (const each of failed) count(failures, wordOf(each))
      // Every crash that a step made is an attempt that failed; what failed besides was killed from outside.
      if (failed.length < own.length || failed.length - own.length > strikes)
        said(`${own.length} crashes and ${strikes} kills made ${failed.length} attempts fail`)
      killed += strikes
      crashes += failed.length
      options.onRun?.(crashes, complaints)
      if (played.code === 0) rmSync(folder, { recursive: true, force: true })
    }
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
  const seconds = (performance.now() - began) / 1000
  return { runs, failures, made, killed, crashes, complaints, seconds, trulyBad: libraries !== undefined }
}
