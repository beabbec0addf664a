// Writes what is generated from the schemas: `schemas/` and the parameter tables of the pages of the step kinds
// and of the recipes that ship.
// With --check it writes nothing and fails when something differs.
import { build } from 'esbuild'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format } from 'prettier'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const check = process.argv.includes('--check')

const bundle = `.build/generate-${process.pid}.mjs`
await build({
  stdin: {
    contents: `export { builtInKinds } from './src/steps/index.js'
      export { editorSchema } from './src/language/editor-schema.js'
      export { shippedManuals } from './src/api/shipped.js'
      export { fieldRows } from './src/core/field-rows.js'
      export { lockSchema } from './src/store/lock-schema.js'
      export { runRecordSchema } from './src/store/run-record-schema.js'`,
    resolveDir: '.',
    loader: 'ts',
  },
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'error',
})
const { builtInKinds, editorSchema, fieldRows, lockSchema, runRecordSchema, shippedManuals } = await import(
  pathToFileURL(bundle).href
)
rmSync(bundle)

const json = async value => format(JSON.stringify(value), { parser: 'json', printWidth: 120 })
const draft = { $schema: 'https://json-schema.org/draft/2020-12/schema' }

const cell = text => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const fieldTable = spec =>
  [
    '| field | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...fieldRows(spec.params).map(
      row =>
        `| \`${row.name}\` | ${cell(row.type)} | ${row.required ? 'required' : row.fallback === undefined ? '' : `\`${cell(row.fallback)}\``} | ${cell(row.description)} |`,
    ),
  ].join('\n')

const typeOf = ({ type, minimum, maximum, enum: values }) =>
  values
    ? values.join(' | ')
    : [
        type,
        [
          ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
          ...(maximum === undefined ? [] : [`≤ ${maximum}`]),
        ].join(', '),
      ]
        .join(' ')
        .trim()
const paramTable = ({ params }) =>
  [
    '| param | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...params.map(
      each =>
        `| \`${each.name}\` | ${cell(typeOf(each))} | ${each.required ? 'required' : `\`${each.default}\``} | ${cell(each.description ?? '')} |`,
    ),
  ].join('\n')

const wanted = new Map()
/** Puts a table in its place in a page, where there is such a page. */
const fill = (page, text) => {
  if (!existsSync(page)) return
  const marks = /<!-- params -->[\s\S]*?<!-- \/params -->/
  wanted.set(
    page,
    readFileSync(page, 'utf8').replace(marks, () => `<!-- params -->\n${text}\n<!-- /params -->`),
  )
}
wanted.set('schemas/recipe.schema.json', await json(editorSchema(builtInKinds)))
wanted.set('schemas/lock.schema.json', await json({ ...draft, ...lockSchema }))
wanted.set('schemas/run-record.schema.json', await json({ ...draft, ...runRecordSchema }))
for (const spec of builtInKinds) {
  // Tuples are written as draft-07 writes them.
  wanted.set(
    `schemas/steps/${spec.kind}.schema.json`,
    await json({ $schema: 'http://json-schema.org/draft-07/schema#', ...spec.params }),
  )
  fill(`src/steps/${spec.kind}/README.md`, fieldTable(spec))
}
for (const manual of await shippedManuals())
  fill(`pipelines/${manual.recipe.replace('trimtab:', '')}/README.md`, paramTable(manual))

const differing = [...wanted]
  .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
  .map(([file]) => file)
const stray = existsSync('schemas/steps')
  ? readdirSync('schemas/steps')
      .map(name => `schemas/steps/${name}`)
      .filter(file => !wanted.has(file))
  : []
if (check) {
  for (const file of differing) console.log(`differs from what the schemas say: ${file}`)
  for (const file of stray) console.log(`no kind has this schema: ${file}`)
  if (differing.length + stray.length > 0) {
    console.log('Run `npm run generate`.')
    process.exitCode = 1
  }
} else {
  for (const file of differing) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wanted.get(file))
    console.log(`wrote ${file}`)
  }
  for (const file of stray) rmSync(file)
}
