import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../src/core/problem.js'
import { plan, type Planned } from '../../src/api/validate.js'
import { run } from '../../src/api/run.js'
import type { RunOptions } from '../../src/api/options.js'
import type { InstanceRecord, RunRecord } from '../../src/store/run-record.js'
import { emptyFolder } from '../rig.js'
import { gauged } from './kinds/gauged.js'

type More = Partial<RunOptions>

/** A project with one recipe, which may be rewritten between its plans and runs. */
export interface Project {
  readonly folder: string
  plan(text: string, more?: More): Promise<Planned>
  run(text: string, more?: More): Promise<{ record: RunRecord; problems: readonly Problem[] }>
}

export const project = (): Project => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  const options = (text: string, more: More): RunOptions => {
    writeFileSync(join(folder, 'recipe.yml'), `trimtab: 1\n${text}`)
    return { recipe: 'recipe.yml', cwd: folder, env: {}, kinds: gauged, workers: 2, ...more }
  }
  return {
    folder,
    plan: (text, more = {}) => plan(options(text, more)),
    run: async (text, more = {}) => {
      const { record, problems } = await run(options(text, more))
      if (!record) throw new Error(problems.map(each => `${each.code}: ${each.message}`).join('\n'))
      return { record, problems }
    },
  }
}

/** `finished`, or why not. */
export const became = (record: RunRecord): Record<string, string> =>
  Object.fromEntries(
    record.instances.map(({ instance, status, reason, problems }) => [
      instance,
      status === 'skipped'
        ? `skipped: ${reason}`
        : status === 'failed'
          ? `failed: ${problems?.[0]?.message}`
          : status,
    ]),
  )

export const recordOf = (record: RunRecord, instance: string): InstanceRecord =>
  record.instances.find(each => each.instance === instance)!

/** What a choice took. */
export const chosen = (record: RunRecord, instance = 'best'): unknown =>
  recordOf(record, instance).output?.record?.['chosen']

/** Status and finding by gate. */
export const verdicts = (record: RunRecord): Record<string, string> =>
  Object.fromEntries(record.verdicts.map(({ gate, status, found }) => [gate, `${status}: ${found}`]))

/** Two candidates and a base, measured: `qat` is better and larger than `ptq`. */
export const models = (more = ''): string => `params: {budget: 0.05}
steps:
  base: {kind: given, accuracy: 0.9, size: 400}
  ptq: {kind: given, accuracy: 0.87, size: 100}
  qat: {kind: given, accuracy: 0.89, size: 200}
  scores: {kind: gauge, models: [base, ptq, qat]}
${more}`
