import { Type, type Static } from 'typebox'
import { engineNames } from '../core/engine-name.js'
import type { RunRecord } from './run-record.js'
import type { Plain, Same } from './written-type.js'

const closed = { additionalProperties: false } as const
const anyMap = Type.Record(Type.String(), Type.Unknown())

const span = Type.Object(
  {
    file: Type.String(),
    line: Type.Integer({ minimum: 1 }),
    column: Type.Integer({ minimum: 1 }),
    endLine: Type.Integer({ minimum: 1 }),
    endColumn: Type.Integer({ minimum: 1 }),
  },
  { ...closed, description: 'A stretch of a text file; counted from 1, the end exclusive.' },
)

const problem = Type.Object(
  {
    code: Type.String(),
    severity: Type.Enum(['error', 'warning']),
    message: Type.String(),
    at: Type.Optional(span),
    frame: Type.Optional(Type.String()),
    hint: Type.Optional(Type.String()),
  },
  closed,
)

const digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })

const artifact = Type.Object(
  {
    type: Type.Enum(['model', 'dataset', 'metrics', 'file']),
    digest,
    bytes: Type.Number({ minimum: 0, description: 'For a model: its weights with their scales.' }),
    storedBytes: Type.Number({ minimum: 0, description: 'All objects together.' }),
    objects: Type.Record(Type.String(), Type.Object({ digest, bytes: Type.Number({ minimum: 0 }) }, closed)),
    meta: anyMap,
  },
  closed,
)

const output = Type.Object(
  {
    outputs: Type.Record(Type.String(), artifact),
    metrics: Type.Optional(
      Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()), {
        description: 'By data split; facts that need no data stand under `model`.',
      }),
    ),
    measurements: Type.Optional(anyMap),
    record: Type.Optional(anyMap),
    notes: Type.Optional(Type.Array(Type.String())),
    problems: Type.Optional(Type.Array(problem)),
  },
  closed,
)

const count = Type.Optional(Type.Integer({ minimum: 0 }))
const moment = Type.Object(
  { epoch: count, epochs: count, step: count },
  {
    ...closed,
    description: 'The checkpoint that it went on from: epochs done, of how many, and steps done.',
  },
)

const instance = Type.Object(
  {
    instance: Type.String(),
    step: Type.String(),
    kind: Type.String(),
    status: Type.Enum(['reused', 'finished', 'failed', 'skipped']),
    key: Type.Optional(Type.String()),
    config: Type.Record(Type.String(), Type.Unknown(), { description: 'As it ran; paths are absolute.' }),
    identity: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'What enters its key besides config and inputs: revision, seed, engine, machine class.',
      }),
    ),
    files: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), digest, bytes: Type.Number({ minimum: 0 }) }, closed), {
        description: "The user's files that it reads.",
      }),
    ),
    inputs: Type.Record(Type.String(), Type.Array(Type.String())),
    about: Type.Optional(Type.String({ description: 'Instance whose model the metrics are about.' })),
    axes: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Labels by axis of its matrix.' }),
    ),
    seconds: Type.Optional(Type.Number({ minimum: 0 })),
    attempts: Type.Optional(Type.Integer({ minimum: 0 })),
    resumed: Type.Optional(moment),
    output: Type.Optional(output),
    problems: Type.Optional(Type.Array(problem)),
    reason: Type.Optional(Type.String()),
  },
  { ...closed, description: 'What became of one instance.' },
)

const source = Type.Object(
  {
    path: Type.String({
      description: 'From the project; absolute outside of it, `trimtab:NAME` for a recipe that ships.',
    }),
    digest,
    bytes: Type.Number({ minimum: 0 }),
  },
  closed,
)

const verdict = Type.Object(
  {
    gate: Type.String(),
    form: Type.Enum(['check', 'nonInferior', 'accepted', 'faster']),
    status: Type.Enum(['pass', 'fail', 'inconclusive', 'skipped']),
    severity: Type.Enum(['error', 'warn']),
    asked: Type.String(),
    found: Type.String(),
    figures: Type.Optional(Type.Record(Type.String(), Type.Number())),
    hint: Type.Optional(Type.String()),
    at: Type.Optional(span),
  },
  closed,
)

const promise = Type.Union(
  [
    Type.Object({ kind: Type.Literal('bitwise'), across: Type.Enum(['machines', 'machine']) }, closed),
    Type.Object({ kind: Type.Literal('tolerance'), figure: Type.Number({ exclusiveMinimum: 0 }) }, closed),
  ],
  {
    description:
      'What the engine promises of its numbers when a step runs again: the same bits, or a relative difference.',
  },
)

/** JSON Schema of a run's `run.json`; `schemas/run-record.schema.json` is generated from it. */
export const runRecordSchema = Type.Object(
  {
    version: Type.Literal(2),
    id: Type.String(),
    started: Type.String({ description: 'ISO 8601, UTC.' }),
    seconds: Type.Number({ minimum: 0 }),
    outcome: Type.Enum(['passed', 'gate-failed', 'inconclusive', 'step-failed', 'interrupted']),
    asked: Type.Object(
      {
        recipe: Type.String(),
        recipeDigest: Type.String(),
        project: Type.String({ description: 'Folder that paths of sources start from.' }),
        sources: Type.Array(source, {
          description: 'The recipe, what it extends and uses, and the code of its plug-ins, as objects.',
        }),
        engine: Type.Enum(['auto', ...engineNames], { description: 'Of steps that name none.' }),
        description: Type.Optional(Type.String()),
        params: anyMap,
        set: anyMap,
        only: Type.Optional(Type.Array(Type.String())),
        sweep: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
      },
      closed,
    ),
    where: Type.Object(
      {
        trimtab: Type.String(),
        node: Type.String(),
        engine: Type.Object({ name: Type.Enum([...engineNames]), version: Type.String() }, closed),
        promise: Type.Optional(promise),
        machine: Type.String(),
        commit: Type.Optional(Type.String()),
        dirty: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    instances: Type.Array(instance),
    verdicts: Type.Array(verdict),
    problems: Type.Array(problem),
  },
  {
    ...closed,
    description: 'A run, whole: what was asked, where, what happened, what came out, what was judged.',
  },
)

/** Compiles only while the schema and the type say the same. */
export const schemaIsRunRecord: Same<Plain<Static<typeof runRecordSchema>>, Plain<RunRecord>> = true
