import type { FieldRow } from './field-rows.js'

/** A step kind as its documentation shows it. */
export interface KindDocs {
  readonly kind: string
  readonly description: string
  readonly revision: number
  readonly ports: readonly {
    readonly name: string
    readonly takes: string
    readonly required: boolean
    readonly description: string
  }[]
  readonly outputs: readonly { readonly name: string; readonly type: string }[]
  readonly fields: readonly FieldRow[]
  readonly notes: readonly string[]
}
