import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import type { Fault } from '../../src/core/problem.js'
import { loadSource as load, type LoadOptions } from '../../src/data/load.js'
import type { Examples } from '../../src/data/examples.js'
import { openFiles } from '../../src/sources/open-files.js'
import type { Reading } from '../../src/sources/place.js'
import { inspectSource as inspect, type Found } from '../../src/sources/source.js'
import type { Source, Task } from '../../src/sources/tables.js'
import { emptyFolder } from '../rig.js'

const folder = emptyFolder()
let made = 0

/** A file of these bytes, with this name, in a folder of its own. */
export const fileOf = (name: string, bytes: Uint8Array | string): string => {
  const own = join(folder, `${made++}`)
  mkdirSync(own)
  writeFileSync(join(own, name), bytes)
  return join(own, name)
}

export const fixture = (name: string): string => join(packageFolder(), 'test/data/fixtures', name)

/** An IDX file written from the format's own description. */
export const idx = (code: number, shape: readonly number[], body: Uint8Array | readonly number[]): Buffer => {
  const head = Buffer.alloc(4 + 4 * shape.length)
  head[2] = code
  head[3] = shape.length
  shape.forEach((side, axis) => head.writeUInt32BE(side, 4 + 4 * axis))
  return Buffer.concat([head, Buffer.from(body as readonly number[])])
}

/** `code at path: message`, one line a fault. */
export const said = (faults: readonly Fault[]): string[] =>
  faults.map(({ code, path, message }) => `${code} at ${(path ?? []).join('.')}: ${message}`)

/** Reads with files that are closed afterwards. */
export const reading = async <T>(work: (reading: Reading) => Promise<T>): Promise<T> => {
  const files = openFiles()
  try {
    return await work({ files })
  } finally {
    await files.close()
  }
}

export const inspectSource = (source: Source, task: Task): Promise<Found> =>
  reading(each => inspect(source, task, each))

export const loadSource = (source: Source, options: Omit<LoadOptions, 'reading'>): Promise<Examples> =>
  reading(each => load(source, { ...options, reading: each }))
