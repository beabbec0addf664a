import fc from 'fast-check'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestValue } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import type { Plan } from '../../src/plan/plan.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { type Plain, recipe } from '../plan/random-recipe.js'
import { bench } from '../plan/rig.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('adding a step changes no other step')

const text = (value: Plain): string =>
  Object.entries(value)
    .map(([key, each]) => `${key}: ${JSON.stringify(each)}\n`)
    .join('')

interface Bits {
  readonly step: string
  readonly seed: number
  readonly identity: string
}
const bitsOf = ({ instances }: Plan): Map<string, Bits> =>
  new Map(
    instances.map(({ id, step, seed, identity }) => [id, { step, seed, identity: digestValue(identity) }]),
  )

/** The steps with more of them at random places: some by themselves, some that take what was there. */
const withMore = (steps: Plain, random: ReturnType<typeof stream>): Plain => {
  const entries = Object.entries(steps)
  const models = entries.filter(([, step]) => /make|halve/.test((step as Plain)['kind'] as string))
  for (let at = 0; at < 3; at++) {
    const [model] = models[random.below(models.length)]!
    const more = [
      { kind: 'make', size: 4 },
      { kind: 'halve', model },
      { kind: 'make', size: '${{ matrix.more }}', matrix: { more: [2, 4] } },
      { kind: 'gather', models: [model], needs: [model] },
    ][random.below(4)]!
    entries.splice(random.below(entries.length + 1), 0, [`more${at}`, more])
  }
  return Object.fromEntries(entries)
}

test('a plan with more steps has the same seeds and identities for those that were there', async () => {
  const { plan } = await bench()
  let compared = 0
  await fc.assert(
    fc.asyncProperty(recipe, fc.nat(), async (made, seed) => {
      const steps = withMore(made['steps'] as Plain, stream(seed, 'more'))
      const [one, other] = [await plan(text(made)), await plan(text({ ...made, steps }))]
      assert.equal([one.problems, other.problems], [[], []])
      const after = bitsOf(other)
      assert.ok(after.size > one.instances.length)
      for (const [id, bits] of bitsOf(one)) {
        assert.equal(after.get(id), bits, id)
        compared++
      }
    }),
    { numRuns: 60 },
  )
  assert.ok(compared > 300, `${compared}`)
})

test('renaming a step changes no other', async () => {
  const { plan } = await bench()
  await fc.assert(
    fc.asyncProperty(recipe, fc.nat(), async (made, pick) => {
      const names = Object.keys(made['steps'] as Plain).filter(name => name !== 's')
      const name = names[pick % names.length]!
      const renamed = text(made).replaceAll(`"${name}"`, '"another"')
      const [one, other] = [await plan(text(made)), await plan(renamed)]
      assert.equal([one.problems, other.problems], [[], []])
      const after = bitsOf(other)
      for (const [id, bits] of bitsOf(one)) {
        // What takes a step with a matrix is named after that step's instances.
        const same = after.get(id.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'another'))
        if (bits.step !== name) assert.equal(same, bits, `${id}, when ${name} is renamed`)
        else assert.not.equal(same!.seed, bits.seed)
      }
    }),
    { numRuns: 60 },
  )
})

test('an axis leaves the seed of its step as it is, and all of the others', async () => {
  const { plan } = await bench()
  await fc.assert(
    fc.asyncProperty(recipe, fc.nat(), async (made, pick) => {
      const steps = made['steps'] as Record<string, Plain>
      const names = Object.keys(steps)
      const name = names[pick % names.length]!
      const step = steps[name]!
      const matrix = { ...(step['matrix'] as Plain | undefined), extra: [1, 2] }
      const wider = { ...made, steps: { ...steps, [name]: { ...step, matrix } } }
      const [one, other] = [await plan(text(made)), await plan(text(wider))]
      const seeds = (made: Plan): Map<string, Set<number>> => {
        const found = new Map<string, Set<number>>()
        for (const { step: id, seed } of made.instances) found.set(id, (found.get(id) ?? new Set()).add(seed))
        return found
      }
      assert.ok(other.instances.length > one.instances.length)
      assert.equal(seeds(other), seeds(one))
      const identities = (made: Plan, of: (step: string) => boolean): Set<string> =>
        new Set([...bitsOf(made).values()].filter(each => of(each.step)).map(each => each.identity))
      // The axis is named and not used, so no config changes either.
      assert.equal(
        identities(other, () => true),
        identities(one, () => true),
      )
    }),
    { numRuns: 60 },
  )
})

const small = {
  digits: {
    kind: 'dataset',
    source: { digits: { examples: 48 } },
    split: { train: 32, validation: 16 },
    normalize: { divide: 255 },
  },
  base: {
    kind: 'train',
    data: 'digits',
    epochs: 1,
    batchSize: 16,
    model: {
      layers: [
        {
          conv2d: {
            filters: 3,
            kernelSize: 5,
            strides: 4,
            activation: 'relu',
            kernelInitializer: 'heNormal',
          },
        },
        { dropout: { rate: 0.2 } },
        'flatten',
        { dense: { units: 10, activation: 'softmax' } },
      ],
    },
  },
  sparse: { kind: 'prune', model: 'base', sparsity: 0.5 },
  tuned: { kind: 'finetune', model: 'sparse', data: 'digits', epochs: 1, batchSize: 16 },
  int8: {
    kind: 'quantize',
    model: 'tuned',
    data: 'digits',
    activations: 'uint8',
    calibration: { examples: 20 },
  },
}

/** Digests and metrics by instance and output, from a store of its own. */
const run = async (steps: Plain): Promise<Map<string, string>> => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'recipe.yml'), JSON.stringify({ trimtab: 1, seed: 5, steps }))
  const ran = await trimtab(folder, ['run'])
  assert.is(ran.code, 0, ran.stderr)
  const record = JSON.parse((await trimtab(folder, ['show', '--json'])).stdout) as RunRecord
  return new Map(
    record.instances.flatMap(({ instance, output }) =>
      Object.entries(output?.outputs ?? {}).map(
        ([name, { digest }]) => [`${instance}.${name}`, digest] as const,
      ),
    ),
  )
}

test('real steps make the same bits beside others, under other names of what they take, and under an axis', async () => {
  const alone = await run(small)
  assert.is(alone.size, 5)
  const { digits, base, sparse, tuned, int8 } = small
  const crowded = await run({
    earlier: { kind: 'dataset', source: { digits: { examples: 30 } }, split: { train: 20, validation: 10 } },
    digits,
    other: { ...base, data: 'earlier' },
    base,
    thin: sparse,
    slim: { kind: 'prune', model: 'other', granularity: 'channel', sparsity: 0.3 },
    tuned: { ...tuned, model: 'thin', matrix: { epochs: [1, 2] }, epochs: '${{ matrix.epochs }}' },
    int8,
    later: { kind: 'evaluate', models: ['base', 'slim'], data: 'earlier' },
  })
  const now: Record<string, string> = {
    'sparse.model': 'thin.model',
    'tuned.model': 'tuned[epochs=1].model',
    'int8.model': 'int8[epochs=1].model',
  }
  for (const [name, digest] of alone) assert.is(crowded.get(now[name] ?? name), digest, name)
  // And the seeds do matter: a step of the same config under another name draws other numbers.
  assert.not.equal(crowded.get('other.model'), crowded.get('base.model'))
})
