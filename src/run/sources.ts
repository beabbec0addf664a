import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageFolder } from '../core/home.js'
import { fileReader } from '../plan/files.js'
import { moduleIdentity } from '../plan/module-graph.js'
import type { Plan } from '../plan/plan.js'
import type { SourceRef } from '../store/run-record.js'
import type { Store } from '../store/store.js'

const isBelow = (way: string): boolean => way !== '' && !way.startsWith('..') && !isAbsolute(way)

const pathOf = (project: string, path: string): string => {
  const own = relative(join(packageFolder(), 'pipelines'), path)
  if (isBelow(own)) return `trimtab:${dirname(own)}`
  const way = relative(project, path)
  return isBelow(way) ? way.replaceAll(sep, '/') : path
}

/** The code of a plan's plug-ins; what packages bring is known by name and version. */
const pluginFiles = async (plan: Plan): Promise<readonly string[]> => {
  const urls = new Set(plan.instances.flatMap(({ spec }) => spec.module ?? []))
  const found = await Promise.all(
    [...urls].map(async url => {
      if (!url.startsWith('file:') || !existsSync(fileURLToPath(url))) return []
      const home = dirname(realpathSync(fileURLToPath(url)))
      return Object.keys((await moduleIdentity(url, fileReader())).files).map(way => join(home, way))
    }),
  )
  return found.flat()
}

/** Puts the texts that a plan came from into the store, so that its run can be repeated from its record alone. */
export const keepSources = async (plan: Plan, store: Store): Promise<readonly SourceRef[]> => {
  const { project, files } = plan.recipe
  const paths = [...new Set([...files, ...(await pluginFiles(plan))])]
  return Promise.all(
    paths.map(async path => {
      const text = readFileSync(path)
      return { path: pathOf(project, path), digest: await store.objects.put(text), bytes: text.length }
    }),
  )
}
