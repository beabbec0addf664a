import fc from 'fast-check'
import type { Digest, Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import type { Baseline, Lock, LockedMeasurement, LockedStep } from '../../src/store/lock.js'

const digest = fc.nat().map(value => digestOf(String(value)))
const bytes = fc.nat()
const object = fc.record({ digest, bytes })
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/)
const anyText = fc.oneof(name, fc.string({ unit: 'grapheme' }), fc.string())
const figure = fc.double({ noNaN: true, noDefaultInfinity: true })
const figures = fc.dictionary(name, figure, { minKeys: 1, maxKeys: 4 })

const maybe = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.oneof(
    fc.constant({}),
    value.map(each => ({ [key]: each })),
  )

export const anyStep: fc.Arbitrary<LockedStep> = fc
  .tuple(
    fc.record({
      kind: name,
      key: digest.map(each => each as string as Key),
      made: fc.record({ trimtab: anyText, node: anyText, platform: anyText }),
    }),
    maybe('seed', fc.maxSafeNat()),
    maybe('microBatch', fc.integer({ min: 1 })),
    maybe('engine', fc.record({ name: fc.constantFrom('wasm', 'native', 'cpu'), version: anyText })),
    maybe('files', fc.dictionary(anyText, object, { minKeys: 1, maxKeys: 3 })),
    maybe(
      'outputs',
      fc.dictionary(
        name,
        fc.record({
          type: fc.constantFrom('model', 'dataset', 'metrics', 'file'),
          digest,
          bytes,
          objects: fc.dictionary(name, object, { maxKeys: 3 }),
        }),
        { minKeys: 1, maxKeys: 2 },
      ),
    ),
    maybe('metrics', fc.dictionary(name, figures, { minKeys: 1, maxKeys: 2 })),
  )
  .map(parts => Object.assign({}, ...parts) as LockedStep)

export const anyMeasurement: fc.Arbitrary<LockedMeasurement> = fc
  .tuple(
    fc.record({ instance: name, machine: anyText.filter(each => each !== '') }),
    anyStep,
    maybe(
      'latency',
      fc.dictionary(
        name,
        fc.record({ p50: fc.constant(1.25), p95: fc.constant(2), ratio: fc.constant(0.1 + 0.2) }),
        { minKeys: 1, maxKeys: 2 },
      ),
    ),
  )
  .map(parts => Object.assign({}, ...parts) as LockedMeasurement)

export const anyBaseline: fc.Arbitrary<Baseline> = fc
  .tuple(
    fc.record({ value: figure, by: anyText, at: fc.constant('2026-07-30T12:00:00.000Z'), run: name }),
    maybe('split', name),
    maybe('machine', anyText),
    maybe('why', anyText),
    maybe('commit', fc.constant('0123456789abcdef0123456789abcdef01234567')),
    maybe('dirty', fc.constant(true)),
  )
  .map(parts => Object.assign({}, ...parts) as Baseline)

const names = fc.oneof(
  name,
  fc.tuple(name, name).map(([step, member]) => `${step}[${member}]`),
  anyText,
)

export const anyLock: fc.Arbitrary<Lock> = fc.record({
  version: fc.constant(1 as const),
  recipe: fc.constantFrom('recipe.yml', 'über uns.yaml'),
  accepted: fc.dictionary(names, anyBaseline, { maxKeys: 4 }),
  steps: fc.dictionary(names, anyStep, { maxKeys: 6 }),
  measured: fc.dictionary(names, anyMeasurement, { maxKeys: 3 }),
})

const hex = (text: string): Digest => digestOf(text)

/** A step as a recipe's lock holds it; `salt` changes all that a change of the step would. */
export const stepOf = (id: string, salt = ''): LockedStep => ({
  kind: 'train',
  key: hex(`key ${id} ${salt}`) as string as Key,
  seed: 7,
  engine: { name: 'wasm', version: '4.22.0+abc' },
  made: { trimtab: '0.1.0', node: 'v20.19.0', platform: 'linux-x64' },
  outputs: {
    model: {
      type: 'model',
      digest: hex(`model ${id} ${salt}`),
      bytes: 1000,
      objects: { weights: { digest: hex(`weights ${id} ${salt}`), bytes: 1000 } },
    },
  },
  metrics: { test: { accuracy: 0.9, loss: 0.1 } },
})

export const baselineOf = (value: number): Baseline => ({
  value,
  split: 'test',
  by: 'Ana <ana@example.org>',
  at: '2026-07-30T12:00:00.000Z',
  run: '20260730-115900-ab12',
})

export const lockOf = (
  steps: readonly string[],
  accepted: Readonly<Record<string, Baseline>> = {},
): Lock => ({
  version: 1,
  recipe: 'recipe.yml',
  accepted,
  steps: Object.fromEntries(steps.map(id => [id, stepOf(id)])),
  measured: {},
})
