import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { clean, codes, read } from './rig.js'

const test = suite('the store of a recipe')

const steps = 'steps:\n  digits: {kind: dataset, source: {digits: {examples: 100}}}\n'
const recipe = (top: string): string => `trimtab: 1\n${top}\n${steps}`

/** A recipe that extends one in another folder. */
const over = (base: string, own: string): { readonly text: string; readonly folder: string } => {
  const folder = realpathSync(emptyFolder())
  mkdirSync(join(folder, '.git'))
  mkdirSync(join(folder, 'lib'))
  writeFileSync(join(folder, 'lib/base.yml'), recipe(base))
  return { folder, text: `extends: lib/base.yml\n${own}\n` }
}

test('a bucket, with all that can be said of it', async () => {
  const { store } = await clean(
    recipe(
      'store: {remote: s3://models/a/b, region: eu-central-1, endpoint: "http://[::1]:9000", push: never}',
    ),
  )
  assert.equal(store, {
    remote: {
      type: 's3',
      bucket: 'models',
      prefix: 'a/b',
      region: 'eu-central-1',
      endpoint: 'http://[::1]:9000',
    },
    push: 'never',
  })
  assert.is((await clean(recipe('seed: 1'))).store, undefined)
})

test('a folder is relative to the file that it stands in, and lies in the project or is allowed', async () => {
  const { text, folder } = over('store: {remote: "file:cache"}', '')
  assert.equal((await clean(text, { folder })).store, {
    remote: { type: 'file', folder: join(folder, 'lib/cache') },
    push: 'auto',
  })
  const outside = realpathSync(emptyFolder())
  assert.equal(await codes(recipe(`store: {remote: "file://${outside}"}`)), ['2 path-outside'])
  await clean(recipe(`allowPaths: ["${outside}"]\nstore: {remote: "file://${outside}/x"}`))
  // A link out of the project is followed first.
  symlinkSync(outside, join(folder, 'link'))
  assert.equal(await codes(recipe('store: {remote: "file:link/x"}'), { folder }), ['2 path-outside'])
})

test('merged key by key; null removes', async () => {
  const base = 'store: {remote: s3://models, region: eu-central-1}'
  const first = over(base, 'store: {push: never}')
  assert.equal((await clean(first.text, { folder: first.folder })).store, {
    remote: { type: 's3', bucket: 'models', prefix: '', region: 'eu-central-1' },
    push: 'never',
  })
  const second = over(base, 'store: {remote: s3://others/x, region: null}')
  assert.equal((await clean(second.text, { folder: second.folder })).store?.remote, {
    type: 's3',
    bucket: 'others',
    prefix: 'x',
  })
  const third = over(base, 'store: null')
  assert.is((await clean(third.text, { folder: third.folder })).store, undefined)
})

test('no credential of a faulty address is shown, in no message and no frame', async () => {
  const secret = 'hunter2hunter2'
  const tops = [
    `store: {remote: "s3://key:${secret}@models"}`,
    `store: {remote: "https://key:${secret}@models"}`,
    `store: {remote: s3://models, endpoint: "http://key:${secret}@host"}`,
    `store: {remote: s3://models, secretAccessKey: ${secret}}`,
    `store: {remote: s3://models, session_token: ${secret}}`,
    `store: {remote: s3://models, password: ${secret}}`,
  ]
  for (const top of tops) {
    const { problems } = await read(recipe(top))
    assert.equal(
      problems.map(({ code }) => code),
      ['remote-credentials'],
      top,
    )
    assert.not(JSON.stringify(problems).includes(secret), top)
  }
})
