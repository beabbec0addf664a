import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { validate, validators } from './validators.js'

const test = suite('provenance of a run')

const recipe = `trimtab: 1
description: A small digit classifier.
params: {epochs: 1, data: {type: path, default: points.csv}, share: 0.5}
steps:
  points:
    kind: dataset
    source: {csv: {path: "\${{ params.data }}", label: label}}
    split: {train: 0.5, validation: 0.25, test: 0.25}
  base:
    kind: train
    data: points
    model: {layers: [{dense: {units: 6, activation: relu}}, {dense: {units: 2, activation: softmax}}]}
    epochs: \${{ params.epochs }}
    batchSize: 8
  pruned: {kind: prune, model: base, method: magnitude, matrix: {sparsity: [0.25, 0.5]}, sparsity: "\${{ matrix.sparsity }}"}
  scores: {kind: evaluate, models: [base, pruned], data: points}
gates:
  learns: {check: base.accuracy >= 0}
`

const points = ['a,b,label', ...Array.from({ length: 64 }, (_, at) => `${at % 7},${(at * 3) % 5},${at % 2}`)]

const project = emptyFolder()
mkdirSync(join(project, '.git'))
writeFileSync(join(project, 'recipe.yml'), recipe)
writeFileSync(join(project, 'points.csv'), `${points.join('\n')}\n`)

interface Entity {
  readonly '@id': string
  readonly [name: string]: unknown
}

const graphOf = (crate: string): readonly Entity[] =>
  (JSON.parse(readFileSync(join(crate, 'ro-crate-metadata.json'), 'utf8')) as { '@graph': Entity[] })[
    '@graph'
  ]

const refsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(refsIn)
  const entries = Object.entries(value)
  if (entries.length === 1 && entries[0]![0] === '@id') return [entries[0]![1] as string]
  return entries.flatMap(([, each]) => refsIn(each))
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Every entity once, every reference to one that is there, every file as its digest says. */
const isWhole = (crate: string): void => {
  const graph = graphOf(crate)
  const ids = graph.map(each => each['@id'])
  assert.is(new Set(ids).size, ids.length, 'an entity stands twice')
  const outside = /^https:\/\/(w3id\.org\/(ro\/crate|workflowhub)|www\.npmjs)/
  for (const id of graph.flatMap(refsIn)) assert.ok(ids.includes(id) || outside.test(id), `${id} is nowhere`)
  for (const { '@id': id, '@type': type, sha256: digest } of graph)
    if (type === 'File' || (Array.isArray(type) && type.includes('File'))) {
      const bytes = readFileSync(join(crate, id))
      if (digest !== undefined) assert.is(sha256(bytes), digest, id)
    }
}

const written = async (args: readonly string[]): Promise<void> => {
  const { code, stderr } = await trimtab(project, ['provenance', ...args])
  assert.is(code, 0, stderr)
}

test('a run as a crate and as a statement, held against the validators of both', async () => {
  assert.is((await trimtab(project, ['run'])).code, 0)
  await written([
    '-o',
    'crate',
    '--license',
    'https://spdx.org/licenses/Apache-2.0',
    '--agent',
    'Ada Lovelace',
  ])
  await written(['--as', 'slsa', '-o', 'statement.json', '--builder', 'https://ci.example.org/runner'])
  isWhole(join(project, 'crate'))
  const known = validators()
  if (!known) {
    console.log('  the validators of RO-Crate and in-toto could not be installed: not held against them')
    return
  }
  const found = await validate(known, join(project, 'crate'), join(project, 'statement.json'))
  assert.ok('provenance-run-crate' in found && 'in-toto' in found)
  const required = Object.entries(found).flatMap(([profile, lines]) =>
    lines.filter(line => line.startsWith('REQUIRED')).map(line => `${profile}: ${line}`),
  )
  assert.equal(required, [])

  // They are no yes-men: a crate that lost what its profile asks for is refused.
  const path = join(project, 'crate/ro-crate-metadata.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replaceAll('"OrganizeAction"', '"CreateAction"').replaceAll('"HowToStep"', '"Thing"'),
  )
  const refused = await validate(known, join(project, 'crate'), join(project, 'statement.json'))
  assert.ok(refused['provenance-run-crate']!.some(line => line.startsWith('REQUIRED')))
  writeFileSync(path, text)
})

test('its times, figures, verdicts and inputs are those of the record', async () => {
  const graph = graphOf(join(project, 'crate'))
  const of = (id: string): Entity => graph.find(each => each['@id'] === id)!
  assert.is(of('#param/epochs/value')['value'], 1)
  assert.is(of('#gate/learns')['value'], 'pass')
  assert.is(of('#action/base')['actionStatus'], 'http://schema.org/CompletedActionStatus')
  assert.ok(Date.parse(of('#action/base')['endTime'] as string) > 0)
  const { stdout } = await trimtab(project, ['show', 'latest', 'scores[base]', '--json'])
  const { output } = JSON.parse(stdout) as { output: { metrics: { test: { accuracy: number } } } }
  assert.is(of('#metric/scores_base_/test/accuracy')['value'], output.metrics.test.accuracy)
  const data = graph.find(({ name, '@type': type }) => name === 'points.csv' && type === 'PropertyValue')
  assert.is(data?.['value'], `sha256:${sha256(readFileSync(join(project, 'points.csv')))}`)
})

test('the statement names every object by its digest, and what it was made from', async () => {
  const { subject, predicate } = JSON.parse(readFileSync(join(project, 'statement.json'), 'utf8')) as {
    subject: { name: string; digest: { sha256: string } }[]
    predicate: {
      buildDefinition: { resolvedDependencies: { name: string }[]; externalParameters: { params: unknown } }
      runDetails: { builder: { id: string }; metadata: { invocationId: string } }
    }
  }
  const weights = subject.find(({ name }) => name === 'base/model/weights')!
  assert.is(sha256(readFileSync(join(project, 'crate/artifacts/base/model/weights'))), weights.digest.sha256)
  assert.is(new Set(subject.map(({ name }) => name)).size, subject.length)
  const names = predicate.buildDefinition.resolvedDependencies.map(({ name }) => name)
  assert.equal(names, ['recipe.yml', 'points.csv', 'trimtab'])
  assert.is(predicate.runDetails.builder.id, 'https://ci.example.org/runner')
})

test('all objects, or none: the crate is whole either way', async () => {
  await written(['-o', 'all', '--objects', 'all'])
  await written(['-o', 'none', '--objects', 'none'])
  isWhole(join(project, 'all'))
  isWhole(join(project, 'none'))
  assert.ok(existsSync(join(project, 'all/artifacts/points/dataset')))
  assert.not(existsSync(join(project, 'none/artifacts')))
})

test('a folder that holds something, a run that is not there, a reused run, one that failed', async () => {
  const taken = await trimtab(project, ['provenance', '-o', 'crate'])
  assert.is(taken.code, 2)
  assert.match(taken.stderr, /folder-not-empty/)
  const missing = await trimtab(project, ['provenance', '1999'])
  assert.is(missing.code, 2)
  assert.match(missing.stderr, /run-missing/)
  assert.is((await trimtab(project, ['run'])).code, 0)
  await written(['-o', 'reused'])
  isWhole(join(project, 'reused'))
  assert.match(readFileSync(join(project, 'reused/ro-crate-metadata.json'), 'utf8'), /it was reused/)

  const text = readFileSync(join(project, 'recipe.yml'), 'utf8')
  writeFileSync(
    join(project, 'recipe.yml'),
    text.replace('batchSize: 8', 'batchSize: 8\n    optimizer: {sgd: {learningRate: 1.0e+38}}'),
  )
  assert.is((await trimtab(project, ['run'])).code, 3)
  await written(['-o', 'failed'])
  isWhole(join(project, 'failed'))
  const base = graphOf(join(project, 'failed')).find(each => each['@id'] === '#action/base')!
  assert.is(base['actionStatus'], 'http://schema.org/FailedActionStatus')
  assert.match(String(base['error']), /epoch 1/)
  writeFileSync(join(project, 'recipe.yml'), text)
})

test('an object that the store has lost is a problem, and no crate is left that looks whole', async () => {
  const { stdout } = await trimtab(project, ['runs', '--json'])
  const first = (JSON.parse(stdout) as { id: string }[]).at(-1)!.id
  rmSync(join(project, '.trimtab/objects'), { recursive: true })
  const { code, stderr } = await trimtab(project, ['provenance', first, '-o', 'lost'])
  assert.is(code, 2)
  assert.match(stderr, /object-gone/)
  assert.not(existsSync(join(project, 'lost/ro-crate-metadata.json')))
})
