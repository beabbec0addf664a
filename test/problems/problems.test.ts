import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { assert, suite } from '../suite.js'
import { fixtures, printed } from './rig.js'

const test = suite('problems, as they are printed')

const names = readdirSync(fixtures)
  .filter(file => file.endsWith('.yml'))
  .map(file => file.slice(0, -'.yml'.length))
  .sort()

test('there are fixtures', () => assert.ok(names.length >= 190))

for (const name of names)
  test(name, async () => {
    const expected = join(fixtures, `${name}.txt`)
    // What was read and found right may be kept: TRIMTAB_KEEP=1 node scripts/test.mjs problems/
    if (process.env['TRIMTAB_KEEP'])
      writeFileSync(join(packageFolder(), 'test/problems', `${name}.txt`), await printed(fixtures, name))
    assert.ok(existsSync(expected), `${name}.txt is missing`)
    assert.is(await printed(fixtures, name), readFileSync(expected, 'utf8'))
  })

test('ten mistakes give ten problems and more, each at its own place', async () => {
  const text = await printed(fixtures, 'ten-mistakes')
  const places = [...text.matchAll(/^ten-mistakes\.yml:(\d+:\d+) error/gm)].map(([, place]) => place)
  assert.ok(places.length >= 10)
  assert.is(new Set(places).size, places.length)
})
