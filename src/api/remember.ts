import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { codeFolder } from '../core/home.js'
import { fileReader } from '../plan/files.js'
import { moduleIdentity } from '../plan/module-graph.js'
import type { Plan } from '../plan/plan.js'
import { lockPathOf } from '../store/lock.js'
import { writeMemo } from '../store/memos.js'
import type { RunRecord } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import { watch } from '../store/watched.js'
import { askingOf } from './asking.js'
import type { PlanOptions, RunOptions } from './options.js'
import type { Planned } from './validate.js'

/** Our own code, for a checkout that is built anew under one version. */
const ownCode = (): string[] =>
  ['cli/main.js', 'kernels.wasm'].map(name => join(codeFolder(), name)).filter(existsSync)

/** The code that a plan's plug-ins reach, and the manifests of the packages that it imports. */
const pluginFiles = async (plan: Plan): Promise<readonly string[]> => {
  const urls = new Set(plan.instances.flatMap(({ spec }) => spec.module ?? []))
  const looked = new Set<string>()
  for (const url of urls) await moduleIdentity(url, fileReader(), looked)
  return [...looked]
}

/** Every file that decides what a plan finds. */
const filesOf = async (plan: Plan, store: Store): Promise<string[]> => [
  ...ownCode(),
  ...plan.recipe.files,
  ...[lockPathOf(plan.recipe.file)].filter(existsSync),
  ...(await pluginFiles(plan)),
  ...plan.instances.flatMap(({ files }) => Object.values(files).map(({ path }) => path)),
  ...plan.instances.flatMap(({ status, choice }) =>
    status.type === 'hit'
      ? [
          ...(choice ? [] : [store.results.path(status.key)]),
          ...Object.values(status.result.output.outputs).flatMap(({ objects }) =>
            Object.values(objects).map(({ digest }) => store.objects.path(digest)),
          ),
        ]
      : [],
  ),
]

/**
 * Remembers a run in which nothing was to be done and nothing was found wrong, once its lock file is settled. `began`:
 * before its plan was made.
 */
export const rememberRun = async (
  options: PlanOptions & Pick<RunOptions, 'frozen'>,
  { planned, record, began }: { planned: Planned; record: RunRecord; began: number },
): Promise<void> => {
  const { plan, store, problems } = planned
  const isDone = record.instances.every(({ status }) => status === 'reused' || status === 'skipped')
  // A warning, of the recipe's text too, must be said by every run.
  if (!plan || !store || !isDone || problems.length + record.problems.length > 0) return
  const asking = await askingOf(options)
  const files = await filesOf(plan, store)
  // A folder of data, which no size and time tell the content of, is not watched: `watch` refuses it.
  const watched = watch([...files, ...paramsFilesOf(options)], began)
  if (asking && watched)
    await writeMemo(asking.folder, { version: 1, asked: asking.asked, run: record.id, watched })
}

const paramsFilesOf = ({ paramsFiles = [], cwd = process.cwd() }: PlanOptions): string[] =>
  paramsFiles.map(file => resolve(cwd, file))
