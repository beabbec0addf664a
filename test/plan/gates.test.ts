import { assert, suite } from '../suite.js'
import { bench, told } from './rig.js'

const test = suite('plan gates')

const steps = `steps:
  base: {kind: make, size: 8}
  int8: {kind: halve, model: base}
  lone: {kind: make, size: 6}
  data: {kind: source, file: d}
  data2: {kind: source, file: d}
  scores: {kind: measure, models: [base, int8], data: data}
  other: {kind: measure, models: [base], data: data2, top: 3}
  speed: {kind: benchmark, models: [base, lone], reference: base}
gates:
`

/** What is said of one gate, without the line. */
const gate = async (text: string, before = steps): Promise<string[]> => {
  const { plan } = await bench({ d: '' })
  const whole = `${before}  g: ${text}\n`
  const made = await plan(whole)
  return told(made.problems, whole).map(each => each.replace(/ \d+:\d+/, ''))
}

const hints = async (text: string): Promise<(string | undefined)[]> => {
  const { plan } = await bench({ d: '' })
  return (await plan(`${steps}  g: ${text}\n`)).problems.map(({ hint }) => hint)
}

test('names that will have a value pass', async () => {
  for (const check of [
    'int8.accuracy > 0.9',
    'int8.bytes * 4 <= base.bytes',
    'lone.macs > 1 && lone.parameters > 1 && lone.sparsity >= 0 && lone.nonZero > 0',
    'int8.test.accuracy > 0.9 && int8.validation.loss < 1',
    'scores.base.accuracy > other.base.accuracy',
    'scores.base.validation.accuracy > 0.5',
    'base.top5 > base.top3',
    '"max(int8.accuracy, 0.5) > 0.4"',
  ])
    assert.equal(await gate(`{check: ${check}}`), [], check)
  assert.equal(await gate('{check: int8.accuracy > 0, when: base.bytes > 100}'), [])
  assert.equal(await gate('{nonInferior: {candidate: int8, reference: scores.base, margin: 0.01}}'), [])
  assert.equal(await gate('{faster: {candidate: lone, reference: base, by: 1.5}}'), [])
})

test('a name that will have none is said at its segment', async () => {
  for (const [check, wanted] of [
    ['int9.accuracy > 0', 'unknown-step int9'],
    ['1 < int8.acuracy', 'unknown-metric acuracy'],
    ['int8.tset.accuracy > 0', 'unknown-split tset'],
    ['int8.test.acuracy > 0', 'unknown-metric acuracy'],
    ['lone.accuracy > 0', 'gate-unmeasured accuracy'],
    ['base.accuracy > 0', 'gate-ambiguous base'],
    ['int8.latency < 3', 'gate-measured-time latency'],
    ['int8.p95 < 3', 'gate-measured-time p95'],
    ['data.accuracy > 0', 'gate-unmeasured accuracy'],
    ['scores.lone.accuracy > 0', 'gate-unmeasured lone'],
    ['scores.bsae.accuracy > 0', 'unknown-metric bsae'],
    ['scores.base.acc > 0', 'unknown-metric acc'],
    ['scores.accuracy > 0', 'unknown-metric accuracy'],
    ['scores.base.test.top9 > 0', 'unknown-metric top9'],
    ['base.test.bytes > 0', 'unknown-metric test'],
    ['int8.accuracy.mean > 0', 'unknown-metric mean'],
    ['params.floor < 1', 'expression-name floor'],
    ['int8 > 3', 'gate-metric-missing int8'],
    ['scores.base > 3', 'gate-metric-missing base'],
  ] as const)
    assert.equal(await gate(`{check: ${check}}`), [wanted], check)
})

test('a name is found in quotes, in several lines, behind others like it, and said once', async () => {
  assert.equal(await gate(`{check: "base.bytes > base.byts"}`), ['unknown-metric byts'])
  assert.equal(await gate(`{check: 'int8.acuracy > 1 || int8.acuracy < 0'}`), ['unknown-metric acuracy'])
  assert.equal(await gate('\n    check: >-\n      int8.accuracy > 0 &&\n      int8.los < 1'), [
    'unknown-metric los',
  ])
  assert.equal(await gate('{check: int8.accuracy > 0, when: int8.los < 1}'), ['unknown-metric los'])
})

test('hints say what to write instead', async () => {
  assert.equal(await hints('{check: int8.acuracy > 0}'), ['Did you mean "accuracy"?'])
  assert.equal(await hints('{check: lone.accuracy > 0}'), ['Add "lone" to the models of "scores".'])
  assert.equal(await hints('{check: base.accuracy > 0}'), [
    'Say which: scores.base.accuracy or other.base.accuracy.',
  ])
  assert.equal(await hints('{check: scores.accuracy > 0}'), ['Write scores.base.accuracy.'])
  const alone = 'steps: {base: {kind: make, size: 8}}\ngates: {g: {check: base.accuracy > 0}}'
  const { plan } = await bench()
  assert.match((await plan(alone)).problems[0]!.hint ?? '', /Add a step \{kind: evaluate, models: \[base\]/)
})

test('nonInferior needs a paired metric, two models and the same data', async () => {
  const of = (more: string): Promise<string[]> => gate(`{nonInferior: {margin: 0.01, ${more}}}`)
  assert.equal(await of('candidate: int8, reference: scores.base, metric: top5'), [])
  assert.equal(await of('candidate: int8, reference: scores.base, metric: loss'), ['gate-not-paired loss'])
  assert.equal(await of('candidate: imt8, reference: scores.base, metric: loss'), [
    'unknown-step imt8',
    'gate-not-paired loss',
  ])
  assert.equal(await of('candidate: int8, reference: lone'), ['gate-unmeasured lone'])
  assert.equal(await of('candidate: int8, reference: base'), ['gate-ambiguous base'])
  assert.equal(await of('candidate: int8, reference: int8'), ['gate-same-step int8'])
  assert.equal(await of('candidate: int8, reference: other.base'), ['gate-not-paired other.base'])
  assert.equal(await of('candidate: int8, reference: scores.base, alpha: 0.5'), ['gate-alpha 0.5'])
})

test('a margin narrower than what the engine promises is warned of', async () => {
  const { plan } = await bench({ d: '' })
  const of = async (margin: number, engine: 'native' | 'wasm') =>
    whole(`{nonInferior: {candidate: int8, reference: scores.base, margin: ${margin}}}`, engine)
  const whole = async (gate: string, engine: 'native' | 'wasm') => {
    const text = `${steps}  g: ${gate}\n`
    const made = await plan(text, { engine: { name: engine, version: '1' } })
    return { told: told(made.problems, text), severities: made.problems.map(({ severity }) => severity) }
  }
  const narrow = await of(1e-6, 'native')
  assert.equal(narrow.severities, ['warning'])
  assert.match(narrow.told[0]!, /^gate-below-promise \d+:\d+ (1e-6|0\.000001)$/)
  for (const [margin, engine] of [
    [0.01, 'native'],
    [0, 'native'],
    [1e-6, 'wasm'],
  ] as const)
    assert.equal((await of(margin, engine)).told, [])
  const accepted = async (more: string, engine: 'native' | 'wasm') =>
    (await whole(`{accepted: {metric: ${more}}}`, engine)).told.map(each => each.replace(/ \d+:\d+/, ''))
  assert.equal(await accepted('int8.accuracy, margin: 0.0001%', 'native'), ['gate-below-promise 0.0001%'])
  assert.is((await accepted('int8.accuracy', 'native')).length, 1)
  assert.equal(await accepted('int8.accuracy, margin: 0.1%', 'native'), [])
  assert.equal(await accepted('int8.bytes', 'native'), [])
  assert.equal(await accepted('int8.accuracy', 'wasm'), [])
})

test('faster needs a benchmark of both', async () => {
  const of = (more: string): Promise<string[]> => gate(`{faster: {by: 2, ${more}}}`)
  assert.equal(await of('candidate: int8, reference: base'), ['gate-no-benchmark int8'])
  assert.equal(await of('candidate: lnoe, reference: base'), ['unknown-step lnoe'])
  assert.equal(await of('candidate: base, reference: base'), ['gate-same-step base'])
})

test('a step that is faulty might have measured it', async () => {
  const faulty = steps.replace('top: 3', 'top: three')
  assert.equal(await gate('{check: lone.accuracy > 0}', faulty), ['wrong-type three'])
  assert.equal(await gate('{check: lone.accuracy > 0 && nobody.bytes > 0}', faulty), [
    'wrong-type three',
    'unknown-step nobody',
  ])
})
