import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRecipe } from '../../src/language/read.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'
import { base, clean, codes, read, stepOf, type More } from './rig.js'

const test = suite('files of a recipe')

const data = `trimtab: 1
params: {table: {type: path, default: data/a.csv}}
steps:
  digits: {kind: dataset, source: {csv: {file: "\${{ params.table }}"}}}
`

test('paths: from the file where written, from the working directory on the command line', async () => {
  const folder = realpathSync(emptyFolder())
  const outside = realpathSync(emptyFolder())
  mkdirSync(join(folder, 'data'))
  mkdirSync(join(folder, 'sub'))
  mkdirSync(join(folder, '.git'))
  for (const file of [join(folder, 'data/a.csv'), join(folder, 'sub/b.csv'), join(outside, 'c.csv')])
    writeFileSync(file, '')
  const file = async (more: More) => {
    const { config } = stepOf(await clean(data, { folder, ...more }), 'digits')
    return (config['source'] as { csv: { file: string } }).csv.file
  }
  assert.is(await file({}), join(folder, 'data/a.csv'))
  assert.is(await file({ cwd: join(folder, 'sub'), set: { table: 'b.csv' } }), join(folder, 'sub/b.csv'))
  assert.is(await file({ set: { table: join(outside, 'c.csv') } }), join(outside, 'c.csv'))

  symlinkSync(join(outside, 'c.csv'), join(folder, 'data/link.csv'))
  const linked = data.replace('data/a.csv', 'data/link.csv')
  assert.equal(await codes(linked, { folder }), ['4 path-outside'])
  assert.equal(await codes(`allowPaths: ["${outside}"]\n${linked}`, { folder }), [])
  assert.equal(await codes(linked, { folder, allow: [outside] }), [])
  assert.equal(await codes(data.replace('a.csv', 'b.csv'), { folder }), ['4 file-missing'])
  assert.is((await clean(data, { folder })).project, folder)
})

test('one missing folder is one problem', async () => {
  const text = `trimtab: 1
steps:
  a: {kind: dataset, source: {idx: {images: mnist/a, labels: mnist/b}}, test: {idx: {images: mnist/c, labels: mnist/d}}}
`
  assert.equal(await codes(text), ['3 file-missing'])
})

test('files that are no recipes', async () => {
  const folder = emptyFolder()
  const one = async (file: string) =>
    (await readRecipe({ file, kinds, cwd: folder })).problems.map(({ code }) => code)
  assert.equal(await one('none.yml'), ['recipe-missing'])
  assert.equal(await one('.'), ['recipe-missing'])
  writeFileSync(join(folder, 'binary.yml'), new Uint8Array([0xff, 0xfe, 0x80]))
  assert.equal(await one('binary.yml'), ['not-utf8'])
  symlinkSync('loop.yml', join(folder, 'loop.yml'))
  assert.equal(await one('loop.yml'), ['recipe-unreadable'])
  writeFileSync(join(folder, 'huge.yml'), `# ${'x'.repeat(4_000_001)}`)
  assert.equal(await one('huge.yml'), ['too-large'])
  writeFileSync(join(folder, 'recipe.yml'), base)
  const { problems } = await readRecipe({ file: 'recpe.yml', kinds, cwd: folder })
  assert.is(problems[0]?.hint, 'Did you mean "recipe.yml"?')
})

test('CRLF, a byte order mark, and wide characters keep their places', async () => {
  const { problems } = await read(`trimtab: 1\r\ndescription: "漢字 😀"\r\nsteps: {}\r\nsed: 3\r\n`)
  assert.equal(
    problems.map(({ at }) => [at?.line, at?.column]),
    [
      [3, 8],
      [4, 1],
    ],
  )
  assert.is(problems[1]?.frame, '3 | steps: {}\n4 | sed: 3\n  | ^^^')
  assert.equal(await codes(`\ufeff${base}`), [])
  const wide = await read(`trimtab: 1\nsteps:\n  a: {description: 漢字, kind: prun}\n`)
  assert.is(wide.problems[0]?.frame?.split('\n')[2], `  | ${' '.repeat(31)}^^^^`)
})
