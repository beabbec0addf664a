// Test accuracy on the real digits that the product must reach, mean over seeds, through the API as a user calls it:
// the CNN (10 epochs, batch 128), half of its filters pruned and fine-tuned, int8 weights with uint8 activations,
// and a distilled student against the same student trained plainly. About two minutes a seed on two cores.
//   node bench/accuracy.mjs DATA [--seeds 1,2,3] [--store FOLDER]
// DATA is the folder with MNIST's four IDX files. A store that is named is kept, and what it holds is not made again.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from '../scripts/build.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1,2,3' }, store: { type: 'string' } },
})
if (positionals.length !== 1) {
  console.error('node bench/accuracy.mjs DATA [--seeds 1,2,3] [--store FOLDER]')
  process.exit(2)
}
const data = resolve(positionals[0])
const recipe = join(dirname(fileURLToPath(import.meta.url)), 'accuracy/recipe.yml')
const store = values.store ? resolve(values.store) : mkdtempSync(join(tmpdir(), 'trimtab-accuracy-'))

await buildAll()
const { run } = await import('../dist/api/index.js')

const models = ['base', 'pruned', 'tuned', 'int8', 'plain', 'student']
const measure = async seed => {
  const { record, problems } = await run({ recipe, set: { seed, data }, store })
  const failed = record?.instances.flatMap(each => each.problems ?? []) ?? problems
  if (record?.outcome !== 'passed') {
    for (const problem of failed.filter(each => each.severity === 'error')) console.error(problem.message)
    throw new Error(`seed ${seed}: ${record?.outcome ?? 'found wrong before it ran'}`)
  }
  const at = name => record.instances.find(({ instance }) => instance === name)
  return Object.fromEntries(
    models.map(name => [
      name,
      {
        accuracy: at(`scores[${name}]`).output.metrics.test.accuracy,
        bytes: at(name).output.outputs.model.bytes,
      },
    ]),
  )
}

const percent = value => `${(100 * value).toFixed(2)} %`
const points = value => `${value >= 0 ? '+' : '−'}${Math.abs(100 * value).toFixed(2)} points`
const mean = numbers => numbers.reduce((sum, value) => sum + value, 0) / numbers.length

try {
  const runs = []
  for (const seed of values.seeds.split(',')) {
    const started = performance.now()
    const measured = await measure(seed)
    runs.push(measured)
    const row = models.map(name => `${name} ${percent(measured[name].accuracy)}`).join('   ')
    console.log(`seed ${seed}   ${row}   (${((performance.now() - started) / 1000).toFixed(0)} s)`)
  }
  const over = name => mean(runs.map(each => each[name].accuracy))
  const share = mean(runs.map(({ base, int8 }) => int8.bytes / base.bytes))
  const laws = [
    ['the CNN reaches 97.0 %', percent(over('base')), over('base') >= 0.97],
    [
      'half of its filters pruned and tuned: at most 1 point lost',
      points(over('tuned') - over('base')),
      over('tuned') >= over('base') - 0.01,
    ],
    [
      'int8: at most 0.5 point lost',
      points(over('int8') - over('base')),
      over('int8') >= over('base') - 0.005,
    ],
    ['int8: at most 27 % of the bytes', percent(share), share <= 0.27],
    ['distilled beats plain', points(over('student') - over('plain')), over('student') > over('plain')],
  ]
  for (const [law, figure, holds] of laws) console.log(`${holds ? 'holds' : 'FAILS'}   ${law}: ${figure}`)
  if (laws.some(([, , holds]) => !holds)) process.exitCode = 1
} finally {
  if (!values.store) rmSync(store, { recursive: true, force: true })
}
