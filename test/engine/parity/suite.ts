import { appendFileSync } from 'node:fs'
import { engineAgreement } from '../../../src/core/promise.js'
import type { EngineName } from '../../../src/core/engine-name.js'
import { probeEngines } from '../../../src/engine/probe.js'
import { assert, suite } from '../../suite.js'
import { distances, parts } from './parity.js'

/**
 * The one suite that every engine passes: operations, layers, networks, each within what the engine declares. `only` some
 * of its groups, for an engine that is slow where it has no GPU.
 */
export const parity = async (
  name: EngineName,
  only: readonly string[] = Object.keys(parts),
): Promise<void> => {
  const test = suite(`${name} against the engine of plain JavaScript`)
  const report = (await probeEngines()).find(each => each.name === name)!
  if (!report.available) {
    console.log(`parity of ${name} did not run: ${report.why ?? 'it is not available'}`)
    test(`${name} says why it is not available`, () => assert.ok(report.why))
    return
  }
  for (const [group, cases] of Object.entries(parts).filter(([group]) => only.includes(group)))
    test(`${group}, within ${engineAgreement[name]}`, async () => {
      const found = await distances(name, cases)
      // The distances themselves, for whoever measures: TRIMTAB_PARITY names a file.
      const table = process.env['TRIMTAB_PARITY']
      if (table !== undefined)
        for (const { what, by } of found) appendFileSync(table, `${name}\t${by.toExponential(2)}\t${what}\n`)
      const far = found.filter(({ by }) => !(by <= engineAgreement[name]))
      assert.ok(found.length > Object.keys(cases).length)
      assert.equal(
        far.map(({ what, by }) => `${what}: ${by}`),
        [],
      )
    })
}
