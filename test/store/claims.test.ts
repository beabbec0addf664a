import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openClaims, type Claim, type Claims } from '../../src/store/claims.js'
import { openStore } from '../../src/store/open.js'
import { findLeftovers } from '../../src/store/leftovers.js'
import { temporaryPath } from '../../src/store/write-file.js'
import { lifeOf, thisWriter, writerIn } from '../../src/store/writer.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('claims')

const far = { host: 'abcdefabcdef', pid: 1, start: '1' }
const gone = { ...thisWriter(), pid: process.pid, start: '1' }

const wonBy = async (all: readonly Claims[], name: string): Promise<Claim[]> => {
  const taken = await Promise.all(all.map(each => each.take(name)))
  return taken.flatMap(each => ('claim' in each ? [each.claim] : []))
}

test('of many who take a name at once one has it, and after it the next', async () => {
  const folder = emptyFolder()
  const all = Array.from({ length: 20 }, () => openClaims(folder))
  for (let round = 0; round < 5; round++) {
    const won = await wonBy(all, 'sha256:abc')
    assert.is(won.length, 1)
    assert.ok(await won[0]!.isOurs())
    await won[0]!.release()
  }
  assert.equal(readdirSync(join(folder, 'claims')), [])
  assert.equal(readdirSync(join(folder, 'tmp')), [])
})

test('a claim says whose it is', async () => {
  const folder = emptyFolder()
  const claims = openClaims(folder)
  await claims.take('sha256:abc', { run: 'r', instance: 'a[b=1]' })
  const held = (await claims.look('sha256:abc'))?.holder
  assert.is(held?.pid, process.pid)
  assert.is(held?.run, 'r')
  assert.is(held?.instance, 'a[b=1]')
  assert.ok(Math.abs((held?.since ?? 0) - Date.now()) < 60_000)
  assert.equal(
    (await claims.living()).map(({ name }) => name),
    ['abc'],
  )
})

test('of many who find a claim of a process that is gone one takes it over', async () => {
  for (let round = 0; round < 10; round++) {
    const folder = emptyFolder()
    // The process id is in use, but by a process that began at another time.
    await openClaims(folder, { writer: gone }).take('k')
    const won = await wonBy(
      Array.from({ length: 10 }, () => openClaims(folder)),
      'k',
    )
    const owners = await Promise.all(won.map(each => each.isOurs()))
    assert.is(owners.filter(each => each).length, 1)
    assert.equal(readdirSync(join(folder, 'tmp')), [])
  }
})

test('a holder on another host is gone after its lease by the clock of the files, watched for two beats', async () => {
  const folder = emptyFolder()
  await openClaims(folder, { writer: far, beat: 60_000 }).take('k')
  const path = join(folder, 'claims', 'k.json')
  const here = openClaims(folder, { beat: 50, lease: 20_000 })
  assert.ok(await here.look('k'))
  await sleep(150)
  assert.ok(await here.look('k'), 'its lease is not over')
  const before = Date.now() / 1000 - 60
  utimesSync(path, before, before)
  assert.ok(await here.look('k'), 'it may have slept, as this host may')
  await sleep(60)
  utimesSync(path, before + 1, before + 1)
  assert.ok(await here.look('k'), 'it gave a sign of life')
  await sleep(150)
  assert.is(await here.look('k'), undefined)
  assert.ok('claim' in (await here.take('k')))
})

test('a holder renews its claim, and drops one that another has taken', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'claims', 'k.json')
  const taken = await openClaims(folder, { writer: far, beat: 30 }).take('k')
  assert.ok('claim' in taken)
  const long = Date.now() / 1000 - 600
  utimesSync(path, long, long)
  const text = readFileSync(path, 'utf8')
  await sleep(200)
  const other = openClaims(folder, { beat: 30, lease: 1000 })
  assert.ok(await other.look('k'))
  await sleep(100)
  assert.ok(await other.look('k'), 'its time was renewed')
  assert.is(readFileSync(path, 'utf8'), text)
  writeFileSync(path, text.replace(/"nonce":"\w+"/, '"nonce":"another"'))
  await sleep(100)
  assert.not(await taken.claim.isOurs())
  await taken.claim.release()
  assert.ok(existsSync(path), "another's claim stays")
})

test('a claim that is half written holds until its lease is over', async () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'claims'))
  const path = join(folder, 'claims', 'k.json')
  writeFileSync(path, '{"nonce":"a')
  const claims = openClaims(folder, { beat: 20, lease: 10_000 })
  assert.ok('held' in (await claims.take('k')))
  await sleep(60)
  assert.ok('held' in (await claims.take('k')))
  const long = Date.now() / 1000 - 60
  utimesSync(path, long, long)
  assert.ok('held' in (await claims.take('k')))
  await sleep(60)
  assert.ok('claim' in (await claims.take('k')))
})

test('a writer lives, is gone, or is elsewhere', () => {
  assert.is(lifeOf(thisWriter()), 'alive')
  assert.is(lifeOf(gone), 'dead')
  assert.is(lifeOf({ ...thisWriter(), pid: 2 ** 22 + 1 }), 'dead')
  assert.is(lifeOf(far), 'unknown')
})

test('unfinished files of writers that are gone are removed by the next run, and no others', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const tmp = join(folder, 'tmp')
  mkdirSync(tmp, { recursive: true })
  const tag = ({ host, pid, start }: typeof far): string => `${host}-${pid}-${start}`
  const mine = temporaryPath(`/x/${'é'.repeat(200)}`, tmp)
  assert.equal(writerIn(mine), thisWriter())
  const files = {
    mine,
    dead: join(tmp, `.abc.${tag(gone)}-00.tmp`),
    farOld: join(tmp, `.abc.${tag(far)}-01.tmp`),
    farNew: join(tmp, `.abc.${tag(far)}-02.tmp`),
    earlierOld: join(tmp, '.abc.123.00ff.tmp'),
    earlierNew: join(tmp, '.abc.124.00ff.tmp'),
    foreign: join(tmp, 'notes.txt'),
  }
  const long = Date.now() / 1000 - 25 * 3600
  for (const [name, path] of Object.entries(files)) {
    writeFileSync(path, name)
    if (name.endsWith('Old')) utimesSync(path, long, long)
  }
  assert.equal(
    (await findLeftovers(folder)).map(({ path }) => path).sort(),
    [files.earlierOld, files.farOld, files.dead].sort(),
  )
  const run = await (await openStore(folder)).runs.open(new Date())
  for (const [name, path] of Object.entries(files))
    assert.is(existsSync(path), !['dead', 'farOld', 'earlierOld'].includes(name), name)
  assert.equal(readdirSync(join(folder, 'claims')), [`run-${run.id}.json`])
})
