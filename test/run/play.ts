import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Event } from '../../src/core/event.js'
import type { Problem } from '../../src/core/problem.js'
import { toFloat } from '../../src/model/quantization.js'
import { loadModel } from '../../src/model/store-model.js'
import { openStore } from '../../src/store/open.js'
import type { InstanceRecord, RunRecord } from '../../src/store/run-record.js'
import { emptyFolder } from '../rig.js'

/** A folder with a recipe in it, and a store beside. */
export interface Project {
  readonly recipe: string
  readonly store: string
}

export const projectWith = (recipe: string): Project => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'recipe.yml'), recipe)
  return { recipe: join(folder, 'recipe.yml'), store: join(folder, '.trimtab') }
}

export interface Played {
  readonly record: RunRecord
  readonly problems: readonly Problem[]
  readonly events: readonly Event[]
  readonly step: (id: string) => InstanceRecord
}

export interface PlayOptions {
  readonly env?: Readonly<Record<string, string>>
  /** KiB of address space that the process and all below it may have; absent: no bound. */
  readonly addressSpace?: number
  /** Called once it runs, with its process id. */
  readonly during?: (pid: number) => void
}

const script = join(fileURLToPath(new URL('.', import.meta.url)), 'play-recipe.js')

/** Runs a recipe in a process of its own. */
export const playRecipe = async (
  { recipe, store }: Project,
  { env = {}, addressSpace, during }: PlayOptions = {},
): Promise<Played> => {
  const command = [process.execPath, script, recipe, store]
  const bounded =
    addressSpace === undefined
      ? command
      : ['sh', '-c', `ulimit -v ${Math.round(addressSpace)}; exec "$@"`, 'sh', ...command]
  const child = spawn(bounded[0]!, bounded.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.pid !== undefined) during?.(child.pid)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  await once(child, 'close')
  const lines = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { event?: Event } & Played)
  const { record, problems } = lines.at(-1)!
  return {
    record,
    problems,
    events: lines.flatMap(({ event }) => event ?? []),
    step: id => record.instances.find(({ instance }) => instance === id)!,
  }
}

/** `--import` of a module of the tests, for NODE_OPTIONS. */
export const preloading = (name: string): string =>
  `--import=${pathToFileURL(join(fileURLToPath(new URL('.', import.meta.url)), name)).href}`

/** All weights of the model that a step made. */
export const weightsOf = async (project: Project, { output }: InstanceRecord): Promise<number[]> => {
  const store = await openStore(project.store)
  const model = await loadModel(output!.outputs['model']!, digest => store.objects.get(digest))
  return model.weights.flatMap(weight => [...toFloat(weight)])
}
