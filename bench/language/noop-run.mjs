// One whole run of a recipe of trivial steps, as a process: what peers.mjs times. Usage: node noop-run.mjs RECIPE EXPECTED
import { noopKind } from './noop-kind.mjs'

const api = await import('../../dist/api/index.js')
const { record, problems } = await api.run({ recipe: process.argv[2], kinds: [noopKind(api)] })
const counts = {}
for (const { status } of record?.instances ?? []) counts[status] = (counts[status] ?? 0) + 1
const wanted = process.argv[3]
if (record?.outcome !== 'passed' || (wanted && counts[wanted] !== record.instances.length)) {
  console.error(JSON.stringify({ outcome: record?.outcome, counts, problems: problems.slice(0, 3) }))
  process.exit(1)
}
