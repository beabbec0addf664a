import { assert, suite } from '../suite.js'
import { compare, install, type Row } from './compare.js'

const test = suite('the same recipe under other conditions')
const usual = new Map<string, unknown>()

const holds = (rows: readonly Row[], facts: number): void => {
  for (const { condition, why, same, differ } of rows) {
    if (why !== undefined) {
      console.log(`  ${condition} was not run: ${why}`)
      continue
    }
    assert.equal([...differ], [], condition)
    assert.ok(same >= facts, `${condition}: ${same} facts`)
  }
}

test('other numbers of workers, a child process, another place, older processors, each compiler of V8', async () => {
  const names = ['one worker', 'four workers', 'child process', 'other place']
  names.push('without AVX', 'first compiler', 'last compiler')
  const rows = await compare(names, {
    short: true,
    only: ['compression.yml'],
    usual,
  })
  assert.ok(rows.every(({ why }) => why === undefined))
  holds(rows, 25)
})

test('other versions of Node', async () => {
  holds(await compare(['node 22', 'node 24'], { short: true, only: ['compression.yml'], install, usual }), 25)
})
