import { Type, type Static } from 'typebox'
import { engineNames } from '../core/engine-name.js'
import type { Lock } from './lock.js'
import type { Plain, Same } from './written-type.js'

const closed = { additionalProperties: false } as const

const digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })
const bytes = Type.Number({ minimum: 0 })
const object = Type.Object({ digest, bytes }, closed)

const output = Type.Object(
  {
    type: Type.Enum(['model', 'dataset', 'metrics', 'file']),
    digest,
    bytes: Type.Number({ minimum: 0, description: 'For a model: its weights with their scales.' }),
    objects: Type.Record(Type.String(), object, {
      description: 'The objects of the store that it consists of.',
    }),
  },
  { ...closed, description: 'An output as it was made.' },
)

const step = {
  kind: Type.String({ minLength: 1 }),
  key: Type.String({
    pattern: '^sha256:[0-9a-f]{64}$',
    description: 'Digest of all that decides the outputs.',
  }),
  seed: Type.Optional(Type.Number({ description: 'Of a kind that draws: the root of its random streams.' })),
  engine: Type.Optional(
    Type.Object(
      { name: Type.Enum([...engineNames]), version: Type.String() },
      {
        ...closed,
        description: 'Of a kind that computes.',
      },
    ),
  ),
  microBatch: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Examples that it took at once, where memory ran out for a whole batch of them.',
    }),
  ),
  made: Type.Object(
    { trimtab: Type.String(), node: Type.String(), platform: Type.String() },
    { ...closed, description: 'Where this was first made. For people; compared by nothing.' },
  ),
  files: Type.Optional(
    Type.Record(Type.String(), object, {
      description: "The user's files that were read, by path from the recipe's folder.",
    }),
  ),
  outputs: Type.Optional(Type.Record(Type.String(), output)),
  metrics: Type.Optional(
    Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()), {
      description: 'By data split; facts that need no data stand under `model`.',
    }),
  ),
}

const measurement = Type.Object(
  {
    instance: Type.String({ minLength: 1 }),
    machine: Type.String({ minLength: 1, description: 'Class of machine that it holds for.' }),
    ...step,
    latency: Type.Optional(
      Type.Record(Type.String(), Type.Object({ p50: bytes, p95: bytes, ratio: bytes }, closed), {
        description: 'Milliseconds of a forward pass, and the ratio to the reference, by model.',
      }),
    ),
  },
  closed,
)

const baseline = Type.Object(
  {
    value: Type.Number(),
    split: Type.Optional(Type.String()),
    machine: Type.Optional(Type.String({ description: 'Class of machine of a measured time.' })),
    by: Type.String({ description: 'Who accepted it.' }),
    at: Type.String({ description: 'When: ISO 8601, UTC.' }),
    why: Type.Optional(Type.String()),
    run: Type.String({ description: 'The run that measured it.' }),
    commit: Type.Optional(Type.String()),
    dirty: Type.Optional(Type.Literal(true)),
  },
  { ...closed, description: 'A value that later ones are held against by gates of the form `accepted`.' },
)

/** JSON Schema of a lock file; `schemas/lock.schema.json` is generated from it. */
export const lockSchema = Type.Object(
  {
    lock: Type.Literal(1, { description: 'Version of the form of this file.' }),
    // A name alone: `reproduce` runs what it names, which must not lie elsewhere.
    recipe: Type.String({
      pattern: '^[^/\\\\]+$',
      description: "Name of the recipe's file, beside this one.",
    }),
    accepted: Type.Record(Type.String(), baseline, { description: 'Accepted baselines, by metric.' }),
    steps: Type.Record(Type.String(), Type.Object(step, closed), {
      description: 'What every instance was made of and what came of it, by name.',
    }),
    measured: Type.Record(Type.String(), measurement, {
      description: 'Instances that hold for one class of machine, by `INSTANCE on MACHINE`.',
    }),
  },
  {
    ...closed,
    description:
      'What a recipe made and measured, and what was accepted of it. Written by `trimtab run` and `trimtab accept`.',
  },
)

type Written = Omit<Lock, 'version'> & { readonly lock: Lock['version'] }

/** Compiles only while the schema and the type say the same. */
export const schemaIsLock: Same<
  { [Name in keyof Static<typeof lockSchema>]: Static<typeof lockSchema>[Name] },
  { [Name in keyof Plain<Written>]: Plain<Written>[Name] }
> = true
