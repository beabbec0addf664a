import { problem, type Problem } from '../../core/problem.js'
import { deathProblem } from './death.js'
import { addressSpace, countOomKills } from './oom-kills.js'
import { startLaneProcess, type LaneProcess } from './child-process.js'
import type { Assignment, Ended, FromChild, ToChild } from '../worker/protocol.js'
import type { Hooks, Host } from './host.js'

export interface ProcessOptions {
  readonly heapMegabytes: number
  /** Milliseconds without a sign of life after which the process counts as hung. */
  readonly silence: number
  /** What its environment has beside the executor's: the device that it may see. */
  readonly env?: Readonly<Record<string, string>>
}

/** Processes that may die before they took a step, one after the other: what kills them is no accident. */
const most = 3

/**
 * Calls `late` after so long without `alive`. In four stretches, each of which must pass without: a timer of this
 * process that was stopped itself (Ctrl-Z) goes off before it has read what was said meanwhile.
 */
const watchSilence = (silence: number, late: () => void) => {
  let stretches = 0
  const timer = setInterval(() => {
    stretches += 1
    if (stretches >= 4) late()
  }, silence / 4)
  return { alive: () => void (stretches = 0), end: () => clearInterval(timer) }
}

const notStarted = (why: string): Problem =>
  problem('lane-died', `a process for the step could not be started: ${why}`, {
    hint: 'Let fewer steps run at once (--workers 1), or raise the limit of processes (ulimit -u).',
  })

/** What came of an attempt; undefined where the process died before it took it. */
const attempt = (
  { child, said, hush, kill, over }: LaneProcess,
  { heapMegabytes, silence }: ProcessOptions,
  assignment: Assignment,
  hooks: Hooks,
): Promise<Ended | undefined> => {
  const killsBefore = countOomKills()
  const tell = (message: ToChild): void => {
    if (child.connected) child.send(message, () => undefined)
  }
  hush()
  return new Promise(resolve => {
    let hung: number | undefined
    let taken = false
    let settled = false
    const watch = watchSilence(silence, () => {
      hung = silence
      kill()
    })
    const soft = (): void => tell({ type: 'cancel' })
    const unwatch = hooks.cores?.watch(threads => tell({ type: 'threads', threads }))
    const settle = (ended: Ended | undefined): void => {
      settled = true
      watch.end()
      unwatch?.()
      hooks.soft.removeEventListener('abort', soft)
      hooks.hard.removeEventListener('abort', kill)
      child.off('message', take)
      resolve(ended)
    }
    const take = (message: FromChild): void => {
      watch.alive()
      if (message.type === 'took') taken = true
      else if (message.type === 'progress') hooks.progress(message.progress)
      else if (message.type === 'log') hooks.log(message.level, message.message)
      else if (message.type === 'resumed') hooks.resumed(message.from)
      else if (message.type === 'ended') settle(message.ended)
    }
    const lost = (): void => {
      // It may end long after this step.
      if (settled) return
      if (hooks.hard.aborted) return settle({ type: 'cancelled', memory: 0 })
      if (!taken && hung === undefined) return settle(undefined)
      const killsNow = countOomKills()
      const bound = addressSpace()
      const found = deathProblem({
        kind: assignment.step.kind,
        signal: child.signalCode,
        exitCode: child.exitCode,
        ...(hung === undefined ? {} : { hung }),
        said: said(),
        outOfMemory: killsNow === undefined || killsBefore === undefined ? undefined : killsNow > killsBefore,
        ...(bound === undefined ? {} : { addressSpace: bound }),
        crashFile: assignment.crashFile,
      })
      settle({ type: 'failed', memory: 0, problems: [found] })
    }
    hooks.soft.addEventListener('abort', soft)
    hooks.hard.addEventListener('abort', kill)
    child.on('message', take)
    void over.then(lost)
    tell({
      type: 'run',
      assignment,
      heapMegabytes,
      threads: hooks.cores?.now() ?? assignment.step.threads,
    })
    if (hooks.soft.aborted) soft()
    if (hooks.hard.aborted) kill()
  })
}

/**
 * A process with a thread in it, for engines whose native code takes its process along when it crashes. It lives while
 * its channel is open. Killed while it did nothing, it is no fault of the step that comes next: that gets another one.
 */
export const processHost = (options: ProcessOptions): Host => {
  let running: LaneProcess | undefined

  const start = (): LaneProcess => {
    const { child } = running ?? {}
    if (running && child!.exitCode === null && child!.signalCode === null && child!.connected) return running
    const made = startLaneProcess(options.env ?? {})
    running = made
    return made
  }

  const renew = async (): Promise<void> => {
    const leaving = running
    running = undefined
    if (!leaving) return
    if (leaving.child.connected) leaving.child.disconnect()
    const patience = setTimeout(() => leaving.kill(), 2000)
    await leaving.over
    clearTimeout(patience)
  }

  const run = async (assignment: Assignment, hooks: Hooks): Promise<Ended> => {
    for (let died = 1; ; died++) {
      const host = start()
      const ended = await attempt(host, options, assignment, hooks)
      if (ended) return ended
      if (running === host) running = undefined
      const failure = host.failure()
      if (failure !== undefined) return { type: 'failed', memory: 0, problems: [notStarted(failure)] }
      if (died < most) continue
      const found = deathProblem({
        kind: assignment.step.kind,
        signal: host.child.signalCode,
        exitCode: host.child.exitCode,
        said: host.said(),
        outOfMemory: undefined,
        crashFile: assignment.crashFile,
      })
      return { type: 'failed', memory: 0, problems: [found] }
    }
  }

  return { run, renew }
}
