import type { Artifact } from '../../src/core/artifact.js'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import type { StepOutput } from '../../src/core/step-file.js'
import type { Verdict } from '../../src/core/verdict.js'
import { parseExpression } from '../../src/expression/parse.js'
import type { Expression } from '../../src/expression/expression.js'
import type { JudgedGate } from '../../src/judge/gate.js'
import { judge, type JudgeOptions } from '../../src/judge/judge.js'
import { openStore } from '../../src/store/open.js'
import type { InstanceRecord } from '../../src/store/run-record.js'
import { emptyFolder } from '../rig.js'

const store = await openStore(emptyFolder())
const at = { file: 'r.yml', line: 1, column: 1, endLine: 1, endColumn: 2 }

const expression = (text: string): Expression => {
  const parsed = parseExpression(text, undefined, 'boolean')
  if (!parsed.ok) throw new Error(parsed.faults[0]!.message)
  return parsed.expression
}

type Form = JudgedGate extends infer G
  ? G extends unknown
    ? Omit<G, 'name' | 'severity' | 'at'>
    : never
  : never
export const gateOf = (form: Form, more: Partial<Pick<JudgedGate, 'severity' | 'when'>> = {}): JudgedGate =>
  ({ name: 'gate', severity: 'error', at, ...form, ...more }) as JudgedGate
export const check = (text: string, when?: string): JudgedGate =>
  gateOf({ form: 'check', check: expression(text) }, when === undefined ? {} : { when: expression(when) })

export const verdictOf = async (
  gate: JudgedGate,
  records: readonly InstanceRecord[],
  options?: JudgeOptions,
): Promise<Verdict> => (await judge([gate], records, store, options))[0]!

export const record = (instance: string, more: Partial<InstanceRecord> = {}): InstanceRecord => ({
  instance,
  step: instance.split('[')[0]!,
  kind: 'any',
  status: 'finished',
  config: {},
  inputs: {},
  ...more,
})

const artifact = (type: Artifact['type'], more: Partial<Artifact>): Artifact => ({
  type,
  digest: digestOf(''),
  bytes: 0,
  storedBytes: 0,
  objects: {},
  meta: {},
  ...more,
})

export const model = (name: string, bytes: number, parameters = 100, nonZero = 100): InstanceRecord =>
  record(name, {
    kind: 'train',
    output: {
      outputs: {
        model: artifact('model', {
          bytes,
          meta: {
            description: {
              parameters: { exact: parameters },
              nonZero: { exact: nonZero },
              macs: { low: 1, high: 2 },
            },
          },
        }),
      },
    },
  })

export const scores = (
  about: string,
  metrics: NonNullable<StepOutput['metrics']>,
  step = 'scores',
): InstanceRecord =>
  record(`${step}[${about}]`, { kind: 'evaluate', about, output: { outputs: {}, metrics } })

const pack = (answers: readonly boolean[]): Uint8Array => {
  const bits = new Uint8Array(Math.ceil(answers.length / 8))
  for (const [i, right] of answers.entries()) if (right) bits[i >> 3]! |= 1 << (i & 7)
  return bits
}

export const answered = async (
  about: string,
  answers: readonly boolean[],
  data = 'digits',
  step = 'scores',
) => {
  const digest: Digest = await store.objects.put(pack(answers))
  return record(`${step}[${about}]`, {
    about,
    inputs: { models: [about], data: [data] },
    output: {
      outputs: {
        metrics: artifact('metrics', {
          objects: { 'correct-test': { digest, bytes: 1 } },
          meta: { examples: { test: answers.length } },
        }),
      },
    },
  })
}

/** `both` right, then those only one has right, then both wrong. */
export const pair = async (both: number, gained: number, lost: number, none: number) => {
  const row = (...parts: (readonly [number, boolean])[]): boolean[] =>
    parts.flatMap(([count, right]) => new Array<boolean>(count).fill(right))
  return [
    await answered('int8', row([both, true], [gained, true], [lost, false], [none, false])),
    await answered('base', row([both, true], [gained, false], [lost, true], [none, false])),
  ]
}

export const nonInferior = (margin: number, more: Partial<Form & { form: 'nonInferior' }> = {}): JudgedGate =>
  gateOf({
    form: 'nonInferior',
    candidate: 'int8',
    reference: 'base',
    metric: 'accuracy',
    margin,
    alpha: 0.05,
    ...more,
  } as Form)

export const timed = (
  times: Record<string, readonly number[]>,
  simulated: readonly string[] = [],
  step = 'speed',
) =>
  record(step, {
    kind: 'benchmark',
    inputs: { models: Object.keys(times) },
    output: {
      outputs: {},
      measurements: {
        models: Object.fromEntries(
          Object.entries(times).map(([name, each]) => [
            name,
            { times: each, simulated: simulated.includes(name) },
          ]),
        ),
      },
    },
  })
