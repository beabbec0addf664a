import { concernedOf, environmentDifferences, placeOf } from '../../src/api/reproduce/environment.js'
import { probeEngines } from '../../src/engine/probe.js'
import { assert, suite } from '../suite.js'

const test = suite('what of a place can matter')

const was = placeOf({ trimtab: '0.1.0', node: 'v20.19.0', machine: 'Xeon × 8, linux-x64' })
const is = placeOf({ trimtab: '0.1.0', node: 'v22.1.0', machine: 'Neoverse-N1 × 64, linux-arm64' })

const mattering = async (identity: Readonly<Record<string, unknown>>): Promise<string[]> => {
  const reports = await probeEngines()
  const engines = { was: new Map([['wasm', '1']]), is: new Map([['wasm', '2']]) }
  return environmentDifferences(was, is, engines, concernedOf([{ identity }], reports))
    .filter(({ matters }) => matters)
    .map(({ what }) => what)
}
const engine = (name: string): Readonly<Record<string, unknown>> => ({ engine: { name, version: '1' } })

test('by what the engine promises: nothing but itself, the architecture and Node, or everything', async () => {
  assert.equal(await mattering({}), [])
  assert.equal(await mattering(engine('wasm')), ['engine'])
  assert.equal(await mattering(engine('cpu')), ['engine', 'node', 'platform'])
  assert.equal(await mattering(engine('native')), ['engine', 'node', 'processor', 'cores', 'platform'])
})

test('of the code of a plug-in nothing is promised', async () => {
  assert.equal(await mattering({ module: {} }), ['node', 'processor', 'cores', 'platform'])
})

test('what is not known of a place does not differ', () => {
  const bare = { trimtab: '0.1.0', node: 'v22.1.0' }
  const engines = { was: new Map<string, string>(), is: new Map<string, string>() }
  assert.equal(environmentDifferences(bare, is, engines, concernedOf([], [])), [])
  assert.equal(placeOf({ trimtab: '', node: '', machine: 'odd' }).processor, 'odd')
})
