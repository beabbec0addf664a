import { Type } from 'typebox'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineChoice } from '../../src/core/engine-name.js'
import { pathField } from '../../src/core/fields.js'
import { digestValue } from '../../src/core/hash.js'
import { problem, type Problem } from '../../src/core/problem.js'
import { failed, ok, type Result } from '../../src/core/result.js'
import { readRecipe } from '../../src/language/read.js'
import { exact, type ModelDescription } from '../../src/network/description.js'
import { createPlan } from '../../src/plan/create-plan.js'
import { keyOf } from '../../src/plan/key.js'
import type { Instance, Plan } from '../../src/plan/plan.js'
import { defineStep, list, one, optional } from '../../src/steps/define-step.js'
import { pipeline } from '../../src/steps/pipeline/spec.js'
import { select } from '../../src/steps/select/spec.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'

const closed = { additionalProperties: false } as const

/** Reads a file, and the further ones that its text names. */
export const source = defineStep({
  kind: 'source',
  revision: 1,
  params: Type.Object({ file: pathField('What is read.'), words: Type.Optional(Type.String()) }, closed),
  produces: { data: 'dataset' },
  predict: () => ({
    outputs: {
      data: { type: 'dataset', task: 'classification', shape: [4], classes: 2, examples: { test: 9 } },
    },
  }),
})

const modelOf = (size: number): ModelDescription => ({
  type: 'model',
  format: 'layers',
  inputShape: [4],
  outputShape: [2],
  parameters: exact(size),
  nonZero: exact(size),
  macs: exact(size),
  bytes: exact(size * 4),
  quantized: {},
})

/** A model of so many weights; more than 1,000 are refused. */
export const make = defineStep({
  kind: 'make',
  revision: 1,
  checkpoints: true,
  params: Type.Object({ size: Type.Integer() }, closed),
  consumes: { data: optional('dataset') },
  produces: { model: 'model' },
  computes: true,
  draws: true,
  predict: ({ size }) =>
    size > 1000
      ? { outputs: {}, faults: [{ code: 'too-large', message: `${size} weights`, path: ['size'] }] }
      : { outputs: { model: modelOf(size) } },
})

/** Half of a model's weights; refuses an odd number. */
export const halve = defineStep({
  kind: 'halve',
  revision: 1,
  params: Type.Object({}, closed),
  consumes: { model: one('model') },
  produces: { model: 'model', notes: 'file' },
  predict: (_, inputs) => {
    const given = inputs['model']![0]!.description as ModelDescription
    const size = 'exact' in given.parameters ? given.parameters.exact : 0
    return size % 2 === 1
      ? { outputs: {}, faults: [{ code: 'odd', message: `${size} weights have no half`, path: ['model'] }] }
      : { outputs: { model: modelOf(size / 2) } }
  },
})

export const measure = defineStep({
  kind: 'measure',
  revision: 1,
  params: Type.Object({ top: Type.Integer({ default: 5 }) }, closed),
  consumes: { models: list('model'), data: optional('dataset'), reference: optional('model') },
  produces: { metrics: 'metrics' },
  expands: 'models',
  measures: ({ top }) => ['accuracy', 'loss', `top${top}`],
})

/** Named as the kind whose times `faster` reads. */
export const benchmark = defineStep({
  kind: 'benchmark',
  revision: 1,
  params: Type.Object({}, closed),
  consumes: { models: list('model'), reference: one('model') },
  produces: {},
  perMachine: true,
  exclusive: true,
})

/** Another model of the same weights. */
export const change = defineStep({
  kind: 'change',
  revision: 1,
  params: Type.Object(
    {
      by: Type.Number({ default: 0 }),
      how: Type.Optional(Type.Unknown()),
      text: Type.Optional(Type.String()),
    },
    closed,
  ),
  consumes: { model: one('model'), other: optional('model'), models: { ...list('model'), optional: true } },
  produces: { model: 'model' },
  draws: true,
  predict: (_, inputs) => ({ outputs: { model: inputs['model']![0]!.description as ModelDescription } }),
})

/** Takes anything, makes a file. */
export const gather = defineStep({
  kind: 'gather',
  revision: 1,
  params: Type.Object({ text: Type.Optional(Type.String()) }, closed),
  consumes: {
    metrics: { ...list('metrics'), optional: true },
    models: { ...list('model'), optional: true },
    files: { ...list('file'), optional: true },
    only: optional('metrics'),
  },
  produces: { out: 'file' },
})

export const kinds = [source, make, halve, change, measure, benchmark, gather, select, pipeline]

export const wasm: EngineChoice = { name: 'wasm', version: '1+kernels' }

/** As the engine room does it: `native` is never available. */
export const chooseEngine = (asked: string): Result<EngineChoice> =>
  asked === 'native'
    ? failed(problem('engine-missing', 'the native engine is not available'))
    : ok(asked === 'cpu' ? { name: 'cpu', version: '2' } : wasm)

export interface Bench {
  readonly folder: string
  readonly store: Store
  /** Writes a recipe's steps (and more), reads and plans it. */
  readonly plan: (
    text: string,
    more?: {
      readonly only?: readonly string[]
      readonly engine?: EngineChoice
      readonly sweep?: Readonly<Record<string, readonly string[]>>
    },
  ) => Promise<Plan>
}

export const bench = async (files: Readonly<Record<string, string>> = {}): Promise<Bench> => {
  const folder = emptyFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const store = await openStore(join(folder, '.trimtab'))
  return {
    folder,
    store,
    plan: async (text, { only, engine, sweep } = {}) => {
      const file = join(folder, 'recipe.yml')
      writeFileSync(file, `trimtab: 1\n${text}`)
      const { recipe, problems } = await readRecipe({ file, kinds, cwd: folder, ...(sweep ? { sweep } : {}) })
      if (!recipe) throw new Error(JSON.stringify(problems))
      const made = await createPlan({
        recipe,
        kinds,
        store,
        engines: [],
        chooseEngine: asked => (engine ? ok(engine) : chooseEngine(asked)),
        ...(only ? { only } : {}),
      })
      return { ...made, problems: [...problems, ...made.problems] }
    },
  }
}

export const instanceOf = (plan: Plan, id: string): Instance => {
  const found = plan.instances.find(each => each.id === id)
  if (!found) throw new Error(`no ${id} among ${plan.instances.map(each => each.id).join(', ')}`)
  return found
}

/** `code line:column text-under-the-caret` */
export const told = (problems: readonly Problem[], text: string): string[] => {
  const lines = `trimtab: 1\n${text}`.split('\n')
  return problems.map(({ code, at }) =>
    at
      ? `${code} ${at.line}:${at.column} ${lines[at.line - 1]!.slice(at.column - 1, at.endColumn - 1)}`
      : code,
  )
}

/** Stores a result for an instance whose inputs are there, as a run would. `body`: what it made. */
export const finish = async ({ store }: Bench, plan: Plan, id: string, body = id): Promise<void> => {
  const instance = instanceOf(plan, id)
  const inputs = Object.fromEntries(
    Object.entries(instance.inputs).map(([port, edges]) => [
      port,
      edges.map(edge => {
        const { status } = instanceOf(plan, edge.instance)
        if (status.type !== 'hit') throw new Error(`${edge.instance} is not there`)
        return { artifact: status.result.output.outputs[edge.output]! }
      }),
    ]),
  )
  const { key, parts } = keyOf(instance, inputs)
  const digest = await store.objects.put(Buffer.from(body))
  const objects = { body: { digest, bytes: body.length } }
  const outputs = Object.fromEntries(
    Object.entries(instance.spec.produces).map(([name, type]) => {
      const meta = { description: { ...instance.outputs[name], type } }
      const whole = { type, objects, meta }
      return [name, { ...whole, digest: digestValue(whole), bytes: 1, storedBytes: body.length }]
    }),
  )
  await store.results.save({ key, kind: instance.kind, instance: id, output: { outputs }, seconds: 1, parts })
}
