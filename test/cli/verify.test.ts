import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageFolder } from '../../src/core/home.js'
import type { Verification } from '../../src/store/verify/verification.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('trimtab verify, runs and show')

/** A kind that says it began and then waits while a file lies beside it. */
const plugin = `
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { defineStep, list, Type } from ${JSON.stringify(join(packageFolder(), 'dist/api/index.js'))}
export const note = defineStep({
  kind: 'note',
  revision: 1,
  params: Type.Object({ text: Type.String() }, { additionalProperties: false }),
  consumes: { from: { ...list('file'), optional: true } },
  produces: { file: 'file' },
  module: import.meta.url,
})
export const run = async ({ config, inputs, instance }, { open, put }) => {
  for (const { artifact } of inputs.from ?? []) await open(artifact.objects.body.digest)
  while (instance === 'b' && existsSync(new URL('./hold', import.meta.url))) await new Promise(go => setTimeout(go, 20))
  const bytes = Buffer.from(config.text)
  const body = { digest: await put(bytes), bytes: bytes.length }
  const digest = 'sha256:' + createHash('sha256').update(body.digest).digest('hex')
  return { outputs: { file: { type: 'file', digest, bytes: bytes.length, storedBytes: bytes.length, objects: { body }, meta: {} } } }
}
`

const recipe = `trimtab: 1
plugins: [./note.mjs]
steps:
  a: {kind: note, text: first}
  b: {kind: note, text: second, from: [a]}
  c: {kind: note, text: third, from: [b]}
`

const project = (): string => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'package.json'), '{}')
  writeFileSync(join(folder, 'note.mjs'), plugin)
  writeFileSync(join(folder, 'recipe.yml'), recipe)
  return folder
}

const objectsOf = (folder: string): string[] =>
  readdirSync(join(folder, '.trimtab/objects'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

const objectThatSays = (folder: string, text: string): string =>
  objectsOf(folder).find(path => statSync(path).size < 20 && readFileSync(path, 'utf8') === text)!

test('nothing stored, no such store', async () => {
  const folder = project()
  const none = await trimtab(folder, ['verify'])
  assert.is(none.code, 2)
  assert.match(none.stderr, /Nothing is stored here yet/)
  const absent = await trimtab(folder, ['verify', '--store', 'nowhere'])
  assert.is(absent.code, 2)
  assert.match(absent.stderr, /no store at nowhere/)
})

test('finds damage, exits with 1, and is clean the second time; run makes it again', async () => {
  const folder = project()
  assert.is((await trimtab(folder, ['run'])).code, 0)
  const whole = await trimtab(folder, ['verify'])
  assert.is(whole.code, 0)
  assert.match(whole.stdout, /^whole · \d+ objects \([^)]+\), 3 results, 1 run\n$/)
  appendFileSync(objectThatSays(folder, 'second'), '!')
  const damaged = await trimtab(folder, ['verify'])
  assert.is(damaged.code, 1)
  assert.match(damaged.stdout, /^To run again: b\n/)
  assert.match(damaged.stdout, /Runs whose record names what is lost: \d{8}-/)
  assert.match(damaged.stderr, /no longer matches its digest/)
  assert.is((await trimtab(folder, ['verify'])).code, 0)
  const again = await trimtab(folder, ['run'])
  assert.is(again.code, 0)
  assert.match(again.stderr, /1 ran · 2 reused/)
  assert.is((await trimtab(folder, ['verify', '--json'])).code, 0)
})

test('--json says the same to a program', async () => {
  const folder = project()
  await trimtab(folder, ['run'])
  truncateSync(objectThatSays(folder, 'first'))
  const { code, stdout } = await trimtab(folder, ['verify', '--json'])
  assert.is(code, 1)
  const found = JSON.parse(stdout) as Verification
  assert.equal(found.again, ['a'])
  assert.is(found.objects.damaged.length, 1)
  assert.is(found.whole, false)
})

test('a run that was killed is listed and shown as interrupted; while it lives, as running', async () => {
  const folder = project()
  writeFileSync(join(folder, 'hold'), '')
  const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), 'run'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.stdout.setEncoding('utf8')
  let said = ''
  child.stdout.on('data', (text: string) => (said += text))
  while (!/"started","instance":"b"/.test(said)) await sleep(20)
  assert.match((await trimtab(folder, ['runs'])).stdout, /recipe.yml +running +3 +0/)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  const listed = await trimtab(folder, ['runs'])
  assert.match(listed.stdout, /recipe.yml +interrupted +3 +0/)
  const shown = await trimtab(folder, ['show'])
  assert.is(shown.code, 0)
  assert.match(shown.stdout, /a +note +finished/)
  assert.match(shown.stdout, /b +note +cut off/)
  assert.match(shown.stdout, /c +note +not started/)
  const [told] = JSON.parse((await trimtab(folder, ['runs', '--json'])).stdout) as [
    { state: string; id: string },
  ]
  assert.is(told.state, 'interrupted')
  assert.match((await trimtab(folder, ['show', told.id, 'b'])).stdout, /^b +note, cut off/)
  assert.is((await trimtab(folder, ['show', told.id, 'x'])).code, 2)
  assert.is((await trimtab(folder, ['verify'])).code, 0, 'what a kill leaves is no damage')
  assert.ok(existsSync(join(folder, 'hold')))
  writeFileSync(join(folder, 'note.mjs'), plugin.replace("instance === 'b'", 'false'))
  const on = await trimtab(folder, ['run'])
  assert.is(on.code, 0)
  assert.match((await trimtab(folder, ['show'])).stdout, /passed/)
})
