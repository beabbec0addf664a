import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageFolder } from '../../src/core/home.js'

export interface Row {
  readonly condition: string
  /** Why the condition could not be had. */
  readonly why?: string
  /** Facts that are the same, and those that differ. */
  readonly same: number
  readonly differ: readonly string[]
}

interface Bits {
  readonly compare: (
    conditions: readonly string[],
    options: {
      /** Fewer steps. */
      readonly short?: boolean
      /** Fetch and install what the conditions take. */
      readonly install?: boolean
      readonly only?: readonly string[]
      /** The usual runs, kept between calls. */
      readonly usual?: Map<string, unknown>
    },
  ) => Promise<Row[]>
}

export const { compare } = (await import(
  pathToFileURL(join(packageFolder(), 'scripts/bits.mjs')).href
)) as unknown as Bits

/** Only where the machine is thrown away afterwards is something installed on it. */
export const install = process.env['CI'] !== undefined
