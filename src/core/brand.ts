declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** `sha256:` and 64 hex digits: names bytes by their content. */
export type Digest = Brand<string, 'Digest'>

/** Digest of all that decides a step's output; equal keys mean equal outputs. */
export type Key = Brand<string, 'Key'>

/** A step of the recipe, as declared: `scores`. */
export type StepId = string

/** One run of a step: its id, or its id with axes: `pruned[norm=l1,sparsity=0.5]`. */
export type InstanceId = string
