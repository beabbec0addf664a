import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectRef } from '../../core/artifact.js'
import type { Digest } from '../../core/brand.js'
import type { Store } from '../store.js'
import type { Pushing } from './pushing.js'

/** The files of a run that are shared. The record comes last: who sees it finds the rest. */
export const runFiles = ['journal.jsonl', 'run.json'] as const

/**
 * Objects that a run's record names and that are here: texts of its recipe, and what its steps made. The digests of
 * files and keys in it name no objects.
 */
const objectsNamed = (record: string, local: Store): readonly ObjectRef[] => {
  const named = new Set(record.match(/sha256:[0-9a-f]{64}/g) as readonly Digest[] | null)
  return [...named].flatMap(digest => {
    const found = statSync(local.objects.path(digest), { throwIfNoEntry: false })
    return found?.isFile() ? [{ digest, bytes: found.size }] : []
  })
}

/** Puts a run's record and journal at a remote, after the objects that the record names. Throws ProblemError. */
export const pushRunOf = async (local: Store, pushing: Pushing, id: string): Promise<void> => {
  const folder = join(local.folder, 'runs', id)
  const record = join(folder, 'run.json')
  if (!existsSync(record)) return
  const ended = await Promise.allSettled(
    objectsNamed(readFileSync(record, 'utf8'), local).map(each => pushing.pushObject(each)),
  )
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  for (const name of runFiles) {
    const path = join(folder, name)
    if (existsSync(path)) await pushing.pushText(`runs/${id}/${name}`, readFileSync(path, 'utf8'))
  }
}
