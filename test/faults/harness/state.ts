import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../../../src/store/run-record.js'
import type { StoredResult } from '../../../src/store/store.js'

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

const entries = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** What a run came to: of each instance its outputs' digests, and its figures. Equal text for equal bits. */
export const finalsOf = (record: RunRecord): string =>
  record.instances
    .map(({ instance, status, output }) => {
      const digests = Object.entries(output?.outputs ?? {}).map(([name, { digest }]) => `${name} ${digest}`)
      const there = status === 'finished' || status === 'reused' ? 'there' : status
      return `${instance} ${there} ${digests.join(' ')} ${JSON.stringify(output?.metrics ?? {})}`
    })
    .sort()
    .join('\n')

/** The newest record of a store; undefined where no run of it ended. */
export const newestRecord = (store: string): RunRecord | undefined => {
  for (const id of entries(join(store, 'runs')).sort().reverse()) {
    const path = join(store, 'runs', id, 'run.json')
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as RunRecord
  }
  return undefined
}

/** Paths of all objects of a store. */
export const objectFiles = (store: string): string[] =>
  entries(join(store, 'objects')).flatMap(head =>
    entries(join(store, 'objects', head)).map(name => join(store, 'objects', head, name)),
  )

export const resultFiles = (store: string): string[] =>
  entries(join(store, 'results'))
    .filter(name => name.endsWith('.json'))
    .map(name => join(store, 'results', name))

/**
 * What is wrong with a store, by an own reading of its files: an object that is not what its name says, a result that
 * does not match its checksum or names an object that is not there. Empty for a whole one.
 */
export const wrongIn = (store: string): string[] => {
  const wrong: string[] = []
  for (const path of objectFiles(store)) {
    const [name, head] = path.split('/').reverse() as [string, string]
    if (sha256(readFileSync(path)) !== `${head}${name}`)
      wrong.push(`object ${head}${name.slice(0, 10)} is damaged`)
  }
  for (const path of resultFiles(store)) {
    const text = readFileSync(path, 'utf8')
    try {
      const { checksum, result } = JSON.parse(text) as { checksum: string; result: StoredResult }
      if (checksum !== `sha256:${sha256(JSON.stringify(result))}`) throw new Error('checksum')
      for (const { objects } of Object.values(result.output.outputs))
        for (const { digest } of Object.values(objects)) {
          const hex = digest.slice('sha256:'.length)
          if (!existsSync(join(store, 'objects', hex.slice(0, 2), hex.slice(2))))
            wrong.push(`result of ${result.instance} names an object that is not there`)
        }
    } catch {
      wrong.push(`result ${path.split('/').at(-1)!.slice(0, 12)} is damaged`)
    }
  }
  return wrong
}
