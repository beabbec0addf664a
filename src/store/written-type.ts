import type { Brand } from '../core/brand.js'

/** JSON's view of a type: no brands, nothing read-only. */
export type Plain<T> = T extends string
  ? T extends Brand<string, string>
    ? string
    : T
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Plain<Item>[]
      : T extends object
        ? { -readonly [Name in keyof T]: Plain<T[Name]> }
        : T

/** `true` where two types are identical. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the two functions are identical only for identical types
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
