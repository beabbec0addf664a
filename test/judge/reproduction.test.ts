import {
  decideReproduction,
  type EnvironmentDifference,
  type StepComparison,
} from '../../src/judge/reproduction.js'
import { assert, suite } from '../suite.js'

const test = suite('verdicts on what was run again')

const equal: StepComparison = { instance: 'a', kind: 'train', type: 'equal' }
const differs = (instance: string, ...follows: string[]): StepComparison => ({
  instance,
  kind: 'train',
  type: 'differs',
  follows,
  outputs: [],
  metrics: [],
})
const failed: StepComparison = { instance: 'f', kind: 'train', type: 'failed', why: 'no', problems: [] }
const engine = (matters: boolean): EnvironmentDifference => ({
  what: 'engine',
  was: '1',
  is: '2',
  matters,
  why: '',
})
const decide = (steps: readonly StepComparison[], environment: readonly EnvironmentDifference[] = []) =>
  decideReproduction({ steps, environment, changed: [], interrupted: false })

test('one verdict for each way', () => {
  assert.is(decide([equal]).verdict, 'reproduced')
  assert.match(decide([equal], [engine(true)]).found, /in another environment/)
  assert.is(decide([equal], [engine(true)]).verdict, 'reproduced')
  assert.is(decide([equal, differs('b')]).verdict, 'nondeterministic')
  assert.is(decide([equal, differs('b')], [engine(false)]).verdict, 'nondeterministic')
  assert.is(decide([equal, differs('b')], [engine(true)]).verdict, 'another-environment')
  assert.is(decide([equal, failed]).verdict, 'failed')
  assert.is(decide([failed], [engine(true)]).verdict, 'another-environment')
  // Nothing was compared: nothing was reproduced.
  assert.is(decide([]).verdict, 'failed')
  assert.is(decide([{ instance: 't', kind: 'benchmark', type: 'not-compared', why: '' }]).verdict, 'failed')
  const changed = [{ what: 'data', text: 'rows.csv has other content' }] as const
  const found = decideReproduction({
    steps: [differs('b')],
    environment: [engine(true)],
    changed,
    interrupted: false,
  })
  assert.equal([found.verdict, found.found, found.first], ['changed', 'rows.csv has other content', 'b'])
  assert.is(
    decideReproduction({ steps: [], environment: [], changed, interrupted: true }).verdict,
    'interrupted',
  )
})

test('it began at the first step that differs from equal inputs', () => {
  assert.is(decide([equal, differs('c', 'b'), differs('b')]).first, 'b')
  assert.is(decide([equal, differs('b'), failed]).first, 'b')
  assert.is(decide([equal, differs('c', 'b')]).first, 'c')
})

test('within a promise is told with its figure', () => {
  const within: StepComparison = {
    instance: 'b',
    kind: 'train',
    type: 'within',
    figure: 1e-5,
    greatest: 3e-6,
  }
  const found = decide([equal, within])
  assert.is(found.verdict, 'reproduced')
  assert.match(found.found, /1 bit for bit, 1 within what their engine promises \(at most 0\.0000030 off\)/)
})
