import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { emptyFolder, trimtab, type Ran } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('commands that rewrite a recipe')

const crooked = "# kept\nseed:   7\ntrimtab: 1   # first\nsteps: {a: { model: b,  kind: 'prune' }}\n"
const straight = '# kept\ntrimtab: 1 # first\nseed: 7\nsteps: {a: {kind: prune, model: b}}\n'
// The comment right above the first key goes where it goes.
const laid = straight.replace('# kept\n', '').replace('seed: 7\n', '# kept\nseed: 7\n')

const piped = (text: string | Uint8Array, args: readonly string[]): Promise<Ran> =>
  new Promise(done => {
    const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), ...args], {
      env: { ...process.env, NO_COLOR: '1' },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => (stdout += chunk))
    child.stderr.on('data', chunk => (stderr += chunk))
    child.once('close', code => done({ code, stdout, stderr }))
    child.stdin.end(text)
  })

test('fmt writes the layout, keeps the rights and the link, and touches nothing that is laid out', async () => {
  const folder = emptyFolder()
  const file = join(folder, 'real.yml')
  writeFileSync(file, crooked)
  chmodSync(file, 0o640)
  symlinkSync('real.yml', join(folder, 'recipe.yml'))
  const first = await trimtab(folder, ['fmt'])
  assert.is(first.code, 0, first.stderr)
  assert.match(first.stdout, /✔ recipe\.yml/)
  assert.is(readFileSync(file, 'utf8'), laid)
  assert.is(statSync(file).mode & 0o777, 0o640)
  assert.ok(lstatSync(join(folder, 'recipe.yml')).isSymbolicLink())
  assert.equal(readdirSync(folder).sort(), ['real.yml', 'recipe.yml'])

  utimesSync(file, 1000, 1000)
  const { ino } = statSync(file)
  const again = await trimtab(folder, ['fmt'])
  assert.is(again.code, 0)
  assert.match(again.stdout, /recipe\.yml as it was/)
  assert.equal([statSync(file).mtimeMs, statSync(file).ino], [1_000_000, ino])
})

test('fmt --check writes nothing: 1 where something would change, 2 where something is no recipe', async () => {
  const folder = emptyFolder()
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('a.yml', crooked)
  write('b.yml', laid)
  write('c.yml', 'steps: {a: [}\n')
  const check = await trimtab(folder, ['fmt', '--check', 'a.yml', 'b.yml'])
  assert.is(check.code, 1)
  assert.is(check.stdout, '✘ a.yml is not laid out: run trimtab fmt a.yml\n')
  assert.is((await trimtab(folder, ['fmt', '--check', 'b.yml'])).code, 0)
  assert.is((await trimtab(folder, ['fmt', '--check', 'a.yml', 'c.yml'])).code, 2)
  assert.is(readFileSync(join(folder, 'a.yml'), 'utf8'), crooked)

  const all = await trimtab(folder, ['fmt', 'c.yml', 'absent.yml', 'a.yml'])
  assert.is(all.code, 2)
  assert.match(all.stderr, /^c\.yml:1:\d+ error /)
  assert.match(all.stderr, /there is no recipe absent\.yml/)
  assert.is(readFileSync(join(folder, 'c.yml'), 'utf8'), 'steps: {a: [}\n')
  assert.is(readFileSync(join(folder, 'a.yml'), 'utf8'), laid)
})

test('fmt pipes: from standard input, or to standard output', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'recipe.yml'), crooked)
  assert.is((await trimtab(folder, ['fmt', '--stdout'])).stdout, laid)
  assert.is(readFileSync(join(folder, 'recipe.yml'), 'utf8'), crooked)
  const through = await piped(crooked, ['fmt', '-'])
  assert.equal([through.code, through.stdout], [0, laid])
  assert.is((await piped(crooked, ['fmt', '--check', '-'])).code, 1)
  assert.is((await piped(laid, ['fmt', '--check', '-'])).code, 0)
  const broken = await piped('a: "\n', ['fmt', '-'])
  assert.equal([broken.code, broken.stdout], [2, ''])
  assert.match(broken.stderr, /^stdin:1:4 error a quote is not closed/)
  const binary = await piped(Buffer.from([0x61, 0xff]), ['fmt', '-'])
  assert.is(binary.code, 2)
  assert.match(binary.stderr, /stdin is not UTF-8 text/)
  assert.is((await trimtab(folder, ['fmt', '-', 'recipe.yml'])).code, 2)
})

test('migrate shows first, then writes, then has nothing to do; validate says when it is due', async () => {
  const folder = emptyFolder()
  const file = join(folder, 'recipe.yml')
  const fixtures = join(packageFolder(), 'test/language/fixtures/migrate')
  copyFileSync(join(fixtures, 'whole.yml'), file)
  const before = readFileSync(file, 'utf8')
  const old = await trimtab(folder, ['validate'])
  assert.is(old.code, 2)
  assert.match(old.stderr, /^recipe\.yml:4:10 error .*\[old-version\][^]*trimtab migrate/)
  const dry = await trimtab(folder, ['migrate', '--dry-run'])
  assert.is(dry.code, 0)
  assert.match(dry.stdout, /recipe\.yml: version 0 → 1\n {2}steps and gates by their names/)
  assert.match(dry.stdout, /^-\s+- id: digits/m)
  assert.match(dry.stdout, /^\+ {3}digits: # hand-written$/m)
  assert.is((await trimtab(folder, ['migrate', '--check'])).code, 1)
  assert.is(readFileSync(file, 'utf8'), before)

  const done = await trimtab(folder, ['migrate'])
  assert.is(done.code, 0)
  assert.is(readFileSync(file, 'utf8'), readFileSync(join(fixtures, 'whole.now.yml'), 'utf8'))
  const again = await trimtab(folder, ['migrate', '--check'])
  assert.is(again.code, 0)
  assert.match(again.stdout, /version 1 already/)
  assert.is((await trimtab(folder, ['validate'])).code, 0)
})

test('a migration that cannot be made whole writes nothing', async () => {
  const folder = emptyFolder()
  const text = 'trimtab: 0\nsteps:\n  - {id: a, type: dataset}\n  - {type: train}\n'
  writeFileSync(join(folder, 'recipe.yml'), text)
  const ran = await trimtab(folder, ['migrate'])
  assert.is(ran.code, 2)
  assert.match(ran.stderr, /^recipe\.yml:4:5 error a step has no "id" \[cannot-migrate\]/)
  assert.is(readFileSync(join(folder, 'recipe.yml'), 'utf8'), text)
})
