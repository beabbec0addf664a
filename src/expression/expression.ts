/** A name inside an expression: `int8.accuracy` is `['int8', 'accuracy']`; offsets count characters of `text`. */
export interface Name {
  readonly path: readonly string[]
  readonly start: number
  readonly end: number
}

/** A metric of each member of a list: in `int8.all(i, i.accuracy > 0.9)`, `['accuracy']` of `['int8']`. */
export interface ElementName {
  readonly of: readonly string[]
  readonly path: readonly string[]
  readonly start: number
  readonly end: number
}

/** Values by name; nested records for dotted names. An absent (or non-finite) value makes the result absent. */
export type Scope = Readonly<Record<string, unknown>>

export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  /** A name has no value. */
  | { readonly ok: false; readonly reason: 'absent'; readonly names: readonly string[] }
  /** It cannot be evaluated: division by zero, wrong types. */
  | { readonly ok: false; readonly reason: 'error'; readonly message: string }

/** A checked CEL expression. */
export interface Expression {
  readonly text: string
  readonly names: readonly Name[]
  readonly elements: readonly ElementName[]
  evaluate(scope: Scope): Evaluated
  /** The text with figures for its names: `0.9712 >= 0.9803 - 0.01`. */
  explain(scope: Scope): string
}
