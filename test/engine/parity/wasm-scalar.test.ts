import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'

const test = suite('wasm without SIMD against the engine of plain JavaScript')

/** The distances that the suite finds in a process of its own. */
const distancesWith = (...flags: string[]): string => {
  const table = join(emptyFolder(), 'distances')
  execFileSync(process.execPath, [...flags, fileURLToPath(new URL('wasm.test.js', import.meta.url))], {
    env: { ...process.env, TRIMTAB_PARITY: table },
    stdio: 'pipe',
  })
  return readFileSync(table, 'utf8')
}

/** The flag that takes WebAssembly's vectors from V8; only x64 has one. */
const withoutSimd = '--no-enable-sse4-1'

if (arch() === 'x64')
  test('the suite passes there too, with the very same distances', () => {
    const found = distancesWith(withoutSimd)
    assert.ok(found.split('\n').length > 500, 'the suite did not run')
    assert.is(found, distancesWith())
  })
else
  test('no flag of this processor takes SIMD away', () => {
    console.log('parity without SIMD did not run: only x64 has a flag for it')
    assert.is.not(arch(), 'x64')
  })
