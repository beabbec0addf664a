import fc from 'fast-check'
import { assert, suite } from '../suite.js'
import { read } from './rig.js'

const test = suite('a file with several broken places')

/** Ways to break one step, whatever stands around it. */
const breaks: readonly ((id: string) => string)[] = [
  id => `  ${id}: {kind: prune, model: base, sparsity: 0.5\n`,
  id => `  ${id}: {kind: prune, model: [base, sparsity: 0.5}\n`,
  id => `  ${id}: {kind: prune model: base, sparsity: 0.5}\n`,
  id => `  ${id}: {kind: prune, model: "base, sparsity: 0.5}\n`,
  id => `  ${id}:\n    kind: prune\n   model: base\n    sparsity: 0.5\n`,
  id => `  ${id}:\n    kind: prune\n    model: 'it's base'\n`,
  id => `  ${id}:\n    kind: prune: more\n    model: base\n`,
  id => `  ${id}:\n\tkind: prune\n`,
  id => `  ${id}:\n    - kind: prune\n    model: base\n`,
  id => `  ${id}: @prune\n`,
]
const sound: readonly ((id: string) => string)[] = [
  id => `  ${id}: {kind: prune, model: base, sparsity: 0.5}\n`,
  id => `  ${id}:\n    kind: prune\n    model: "base"\n    sparsity: 0.5\n\n    # a comment: with [ and "\n`,
  id =>
    `  ${id}:\n    kind: prune\n    description: |\n      a text: with [ and "\n    model: base\n    sparsity: 0.5\n`,
  id => `  ${id}: {kind: prune,\n    model: base,\n    sparsity: 0.5}\n`,
]

test('each broken step is told once, inside of it, and no sound one', async () => {
  const step = fc.record({ broken: fc.boolean(), which: fc.nat(30) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async drawn => {
      let text =
        'trimtab: 1\nsteps:\n  digits: {kind: dataset, source: {digits: {examples: 9}}}\n  base: {kind: train, data: digits, epochs: 1, model: {layers: [flatten]}}\n'
      const places: [number, number][] = []
      for (const [at, { broken, which }] of drawn.entries()) {
        const forms = broken ? breaks : sound
        const made = forms[which % forms.length]!(`s${at}`)
        const first = text.split('\n').length
        text += made
        if (broken) places.push([first, text.split('\n').length - 1])
      }
      text += 'gates:\n  kept: {check: base.bytes > 1}\n'
      const { problems } = await read(text)
      assert.is(problems.length, places.length, `${text}${JSON.stringify(problems, undefined, 1)}`)
      for (const [at, { code, at: place }] of problems.entries()) {
        assert.is(code, 'yaml-syntax')
        const [first, last] = places[at]!
        assert.ok(place!.line >= first && place!.line <= last, `${text}${JSON.stringify(problems[at])}`)
      }
    }),
    { numRuns: 500, seed: 1 },
  )
})

test('broken places of several top-level keys are told at once', async () => {
  const { problems } = await read(
    'trimtab: 1\ndescription: one: two\nparams: {a: 1\nsteps:\n  a: {kind: train\n  b: {kind: prune}\ngates:\n  c: "x\n',
  )
  assert.equal(
    problems.map(({ at }) => at!.line),
    [2, 3, 5, 8],
  )
})
