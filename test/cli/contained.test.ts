import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { bomb } from '../hostile/packed.js'
import { pipeAt } from '../contained/rig.js'
import { emptyFolder, trimtab } from '../rig.js'
import { idx } from '../sources/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('the command and what leads elsewhere')

const folderOf = (files: Readonly<Record<string, Uint8Array | string>> = {}): string => {
  const folder = realpathSync(emptyFolder())
  mkdirSync(join(folder, '.git'))
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return folder
}

const digits = 'trimtab: 1\nsteps: {a: {kind: dataset, source: {digits: {examples: 20}}}}\n'

test('init overwrites nothing, writes through no link, and says what is in the way', async () => {
  const folder = folderOf({ 'README.md': 'mine' })
  const outside = join(realpathSync(emptyFolder()), 'victim')
  const taken = await trimtab(folder, ['init'])
  assert.is(taken.code, 2)
  assert.match(taken.stderr, /Nothing was written: README\.md is there already \[init-in-the-way\]/)
  assert.is(readFileSync(join(folder, 'README.md'), 'utf8'), 'mine')
  assert.not(lstatSync(join(folder, 'recipe.yml'), { throwIfNoEntry: false }))

  mkdirSync(join(folder, 'linked'))
  // It leads to nothing, and is there all the same.
  symlinkSync(outside, join(folder, 'linked/recipe.yml'))
  assert.is((await trimtab(folder, ['init', 'linked'])).code, 2)
  assert.is(readlinkSync(join(folder, 'linked/recipe.yml')), outside)
  assert.not(lstatSync(outside, { throwIfNoEntry: false }))

  const blocked = await trimtab(folder, ['init', 'README.md'])
  assert.is(blocked.code, 2)
  assert.match(blocked.stderr, /README\.md is not a folder that can be written to/)
  assert.is((await trimtab(folder, ['init', 'new/deep'])).code, 0)
})

test('a store that is a link out of the project is neither read nor written, unless it is named', async () => {
  const folder = folderOf({ 'recipe.yml': digits })
  const elsewhere = realpathSync(emptyFolder())
  symlinkSync(elsewhere, join(folder, '.trimtab'))
  for (const args of [['run'], ['plan'], ['runs'], ['show'], ['verify']]) {
    const { code, stderr } = await trimtab(folder, args)
    assert.is(code, 2, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, /\.trimtab is a symbolic link out of the project .* \[store-outside\]/)
  }
  assert.not(lstatSync(join(elsewhere, 'runs'), { throwIfNoEntry: false }))
  assert.is((await trimtab(folder, ['run', '--store', elsewhere])).code, 0)
  assert.ok(lstatSync(join(elsewhere, 'runs')))
})

test('a lock that is a link or a pipe is left alone', async () => {
  const folder = folderOf({ 'recipe.yml': digits })
  const victim = join(realpathSync(emptyFolder()), 'victim')
  writeFileSync(victim, 'theirs')
  symlinkSync(victim, join(folder, 'recipe.lock.yml'))
  const { code, stderr } = await trimtab(folder, ['run'])
  assert.is(code, 2, stderr)
  assert.match(
    stderr,
    /recipe\.lock\.yml is a link, a folder or a pipe, and not a file of its own \[lock-unreadable\]/,
  )
  assert.is(readFileSync(victim, 'utf8'), 'theirs')
  const other = folderOf({ 'recipe.yml': digits })
  pipeAt(join(other, 'recipe.lock.yml'))
  assert.is((await trimtab(other, ['run'])).code, 2)
})

test('pipes and devices as recipes and params end at once', async () => {
  const folder = folderOf({ 'recipe.yml': digits })
  pipeAt(join(folder, 'pipe.yml'))
  for (const recipe of ['pipe.yml', '/dev/zero', '/dev/null']) {
    const { code, stderr } = await trimtab(folder, ['validate', recipe])
    assert.is(code, 2)
    assert.match(stderr, /is a pipe, a device or a socket, not a file/)
  }
  const { code, stderr } = await trimtab(folder, ['validate', '--params', '/dev/zero'])
  assert.is(code, 2)
  assert.match(stderr, /\[too-large\]/)
})

const packed = (unpackedLimit = ''): string =>
  `trimtab: 1\nsteps: {a: {kind: dataset, ${unpackedLimit}source: {idx: {images: images, labels: labels}}}}\n`

test('data that unpack to more than they may are refused, and read where the step allows it', async () => {
  const head = Buffer.alloc(12)
  head.set([0, 0, 8, 2])
  head.writeUInt32BE(8, 4)
  head.writeUInt32BE(2 ** 24, 8)
  const folder = folderOf({
    images: bomb(head, 2 ** 27),
    labels: idx(8, [8], [0, 1, 0, 1, 0, 1, 0, 1]),
    'recipe.yml': packed(),
  })
  const refused = await trimtab(folder, ['run'])
  assert.is(refused.code, 2)
  assert.match(
    refused.stderr,
    /images claims to unpack from \d+ kB to 134 MB, more than the 33\.6 MB that are allowed/,
  )
  assert.match(refused.stderr, /\[data-too-large\]/)
  writeFileSync(join(folder, 'recipe.yml'), packed('unpackedLimit: 200 MB, '))
  const allowed = await trimtab(folder, ['run'])
  assert.is(allowed.code, 0, allowed.stderr)
})

const recordsIn = (folder: string): string[] =>
  readdirSync(join(folder, '.trimtab/runs')).map(id => join(folder, '.trimtab/runs', id, 'run.json'))

test('a record and a lock that somebody made lead nowhere else when they are repeated', async () => {
  const folder = folderOf({ 'recipe.yml': digits })
  assert.is((await trimtab(folder, ['run'])).code, 0)
  const victims = realpathSync(emptyFolder())
  const [record] = recordsIn(folder)
  const forged = JSON.parse(readFileSync(record!, 'utf8')) as { asked: { sources: { path: string }[] } }
  for (const path of [
    `/../../../../../..${victims}/recipe.yml`,
    `../../../../../../../..${victims}/recipe.yml`,
  ]) {
    forged.asked.sources[0]!.path = path
    writeFileSync(join(folder, 'forged.json'), JSON.stringify(forged))
    await trimtab(folder, ['reproduce', 'forged.json', '--store', '.trimtab'])
    assert.equal(readdirSync(victims), [], path)
  }
  const lock = readFileSync(join(folder, 'recipe.lock.yml'), 'utf8')
  writeFileSync(
    join(folder, 'recipe.lock.yml'),
    lock.replace('recipe: recipe.yml', `recipe: ..${folder}/recipe.yml`),
  )
  const { code, stderr } = await trimtab(folder, ['reproduce', 'recipe.lock.yml'])
  assert.is(code, 2, stderr)
  assert.match(stderr, /lock-/)
  assert.match(stderr, /"recipe" must be a bare name/)
})
