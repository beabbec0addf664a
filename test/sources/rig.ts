import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import type { Fault } from '../../src/core/problem.js'
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
