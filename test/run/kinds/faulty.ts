import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import type { tf } from '../../../src/engine/tf.js'
import { problem, ProblemError } from '../../../src/core/problem.js'
import { Cancelled, type RunStep, type StepContext } from '../../../src/core/step-file.js'
import { defineStep } from '../../../src/steps/define-step.js'
import { fileArtifact } from './file-artifact.js'
import { wasm } from './wasm.js'

const params = Type.Object(
  { mood: Type.String(), scratch: Type.Optional(Type.String()), megabytes: Type.Number({ default: 0 }) },
  { additionalProperties: false, description: 'Goes wrong in one of many ways.' },
)

/** A step that goes wrong as its `mood` says. */
export const faulty = defineStep({
  kind: 'faulty',
  revision: 1,
  params,
  produces: { out: 'file' },
  module: import.meta.url,
})

interface Config {
  readonly mood: string
  readonly scratch?: string
  readonly megabytes: number
  /** What a step with a child does afterwards. */
  readonly next?: 'waits' | 'crashes' | 'ends'
}

/** `(func (export "spin") (loop (br 0)))` */
const spin = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0,
  0x0a, 9, 1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b,
])

const kept: unknown[] = []

const count = (file: string): number => {
  appendFileSync(file, '.')
  return readFileSync(file, 'utf8').length
}

/** What each mood does before it would hand back an output. */
const moods: Record<string, (config: Config, context: StepContext) => unknown> = {
  fine: () => undefined,
  wrongType: () => undefined,
  noOutput: () => undefined,
  notJson: () => 12n,
  throws: () => {
    throw new TypeError('a plain bug')
  },
  throwsNothing: () => {
    // What a careless plug-in may do.
    throw 'a string' // oxlint-disable-line no-throw-literal
  },
  problems: () => {
    throw new ProblemError(
      problem('bad-weather', 'it rains', { hint: 'Wait.' }),
      problem('bad-mood', 'and it is cold'),
    )
  },
  rejects: () => {
    setTimeout(() => {
      throw new Error('thrown where nobody listens')
    }, 1)
    return sleep(5000)
  },
  exits: () => process.exit(7),
  foreverJs: (_, context) => {
    context.log('info', 'spinning')
    for (;;);
  },
  foreverWasm: (_, context) => {
    context.log('info', 'spinning')
    const { exports } = new wasm.Instance(new wasm.Module(spin))
    exports.spin!()
  },
  foreverSleeping: () => sleep(1e8),
  /** A training loop that looks at the flag every batch. */
  obedient: (_, context) => {
    const cell = new Int32Array(new SharedArrayBuffer(4))
    for (let batch = 0; ; batch++) {
      context.emit({ phase: `batch ${batch}` })
      if (context.cancelled()) throw new Cancelled()
      Atomics.wait(cell, 0, 0, 20)
    }
  },
  heap: () => {
    const all: unknown[] = []
    for (;;) all.push({ at: all.length, more: [1, 2, 3] })
  },
  buffers: () => kept.push(new ArrayBuffer(2 ** 52)),
  wasmMemory: () => {
    const memory = new wasm.Memory({ initial: 1, maximum: 10 })
    memory.grow(100)
  },
  /** One allocation larger than what V8 lets a thread have after its limit: ends the whole process. */
  hugeArray: () => {
    const all: number[] = []
    for (;;) all.push(all.length)
  },
  sigkill: () => process.kill(process.pid, 'SIGKILL'),
  segv: () => process.kill(process.pid, 'SIGSEGV'),
  writesErrors: () => void writeSync(2, 'a warning of a library\n'),
  /** Stays in one call of native code for minutes. */
  longNative: async (_, context) => {
    const [{ openEngine }, { tf }] = await Promise.all([
      import('../../../src/engine/open.js'),
      import('../../../src/engine/tf.js'),
    ])
    await openEngine('native')
    const wide = tf.ones([12_000, 12_000]) as tf.Tensor2D
    context.log('info', 'multiplying')
    // What was said goes out before the thread is gone into native code.
    await sleep(50)
    for (;;) tf.matMul(wide, wide).dataSync()
  },
  /** Starts a process that outlives it. */
  hasChild: async (config, context) => {
    const child = spawn('sleep', ['600'], { stdio: 'inherit' })
    writeFileSync(config.scratch!, String(child.pid))
    child.unref()
    context.log('info', 'it runs')
    await sleep(50)
    if (config.next === 'crashes') process.kill(process.pid, 'SIGSEGV')
    if (config.next !== 'ends') await sleep(1e8)
  },
  crashesTwice: config => {
    if (count(config.scratch!) <= 2) process.kill(process.pid, 'SIGABRT')
    return sleep(200)
  },
  abort: () => process.kill(process.pid, 'SIGABRT'),
  stop: () => {
    process.kill(process.pid, 'SIGSTOP')
    return sleep(1e8)
  },
  /** Leaves an object and half of a file behind. */
  half: async (config, context) => {
    await context.put(Buffer.from('the first of two objects'))
    writeFileSync(`${dirname(config.scratch!)}/half`, 'hal')
    process.kill(process.pid, 'SIGKILL')
    await sleep(1e8)
  },
  twice: config => {
    const attempt = count(config.scratch!)
    if (attempt <= 2) throw new ProblemError(problem('not-yet', `attempt ${attempt} fails`))
  },
  /** Remembers in its thread: a retry must not see it. */
  stain: () => {
    const stained = globalThis as { stained?: boolean }
    if (stained.stained) throw new ProblemError(problem('stained', 'the thread has run before'))
    stained.stained = true
    throw new ProblemError(problem('not-yet', 'first attempt'))
  },
  hoard: config => kept.push(new wasm.Memory({ initial: config.megabytes * 16 })),
  talks: (_, context) => {
    console.log('said %d', 1)
    console.warn('warned')
    for (let i = 0; i < 5000; i++) context.emit({ done: i / 5000 })
    context.log('info', 'last words')
  },
  big: async (config, context) => {
    for (let i = 0; i < config.megabytes; i++) {
      await context.put(Buffer.alloc(1024 * 1024, i + 1))
    }
  },
}

export const run: RunStep<Config> = async ({ config }, context) => {
  const made = await moods[config.mood]!(config, context)
  if (config.mood === 'wrongType')
    return { outputs: { out: { ...(await fileArtifact('x', context)), type: 'model' } } }
  if (config.mood === 'noOutput') return { outputs: {} }
  if (config.mood === 'notJson') return { outputs: {}, record: { made } }
  return {
    outputs: { out: await fileArtifact(`fine ${config.mood}`, context) },
    metrics: { test: { nan: NaN, one: 1 }, model: { kept: kept.length } },
  }
}
