import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../src/core/brand.js'
import type { Checkpoint } from '../../src/core/checkpoint.js'
import { digestValue } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import { openCheckpoints } from '../../src/store/checkpoints.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('store checkpoints')

const key = digestValue('one') as string as Key
const other = digestValue('another') as string as Key

const checkpointAt = (step: number): Checkpoint => ({
  moment: { epoch: 2, epochs: 7, step },
  state: { list: [1e-300, 0.1, -3], text: 'ä\n"', nothing: null },
  arrays: new Map<string, never>(
    Object.entries({
      'weights/a': Float32Array.of(1.5, NaN, -0, Infinity, 2 ** -149),
      doubles: Float64Array.of(0.1 + 0.2, NaN, -Infinity, step),
      none: new Float32Array(0),
      bytes: Uint8Array.from({ length: 13 }, (_, at) => at),
      small: Int16Array.of(-5, 7, 9),
      more: Int32Array.of(2 ** 31 - 1, step),
    }) as [string, never][],
  ),
})

const pathsIn = (folder: string, of: Key): string[] => {
  const place = join(folder, 'checkpoints', of.replace('sha256:', ''))
  return existsSync(place) ? readdirSync(place).map(name => join(place, name)) : []
}

const bytesOf = ({ arrays }: Checkpoint): unknown[] =>
  [...arrays].map(([name, array]) => [
    name,
    array.constructor.name,
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex'),
  ])

test('what is read is what was written, bit for bit', async () => {
  const stored = openCheckpoints(emptyFolder())
  const written = checkpointAt(12)
  await stored.write(key, written)
  const { checkpoint, problems } = await stored.read(key)
  assert.equal(problems, [])
  assert.equal(checkpoint!.moment, written.moment)
  assert.equal(checkpoint!.state, written.state)
  assert.equal(bytesOf(checkpoint!), bytesOf(written))
  assert.equal(stored.head(key)?.moment, written.moment)
})

test('of a key that never was there is nothing, and looking leaves no trace', async () => {
  const folder = emptyFolder()
  const stored = openCheckpoints(folder)
  assert.is(stored.head(key), undefined)
  assert.equal(await stored.read(key), { problems: [] })
  await stored.remove(key)
  await stored.sweep(() => true)
  assert.equal(readdirSync(folder), [])
})

test('the last two are kept, and nothing half written', async () => {
  const folder = emptyFolder()
  const stored = openCheckpoints(folder)
  for (let step = 1; step <= 5; step++) await stored.write(key, checkpointAt(step))
  assert.is(pathsIn(folder, key).length, 2)
  assert.is(stored.head(key)?.moment.step, 5)
  assert.equal(readdirSync(join(folder, 'tmp')), [])
})

test('cut anywhere or with any bit turned, the newest is passed over for the one before', async () => {
  const random = stream(9, 'damage')
  for (let round = 0; round < 300; round++) {
    const folder = emptyFolder()
    const stored = openCheckpoints(folder)
    await stored.write(key, checkpointAt(1))
    await stored.write(key, checkpointAt(2))
    const newest = pathsIn(folder, key).sort().at(-1)!
    const whole = readFileSync(newest)
    const at = random.below(whole.length)
    if (round % 2 === 0) writeFileSync(newest, whole.subarray(0, at))
    else {
      whole[at]! ^= 1 << random.below(8)
      writeFileSync(newest, whole)
    }
    const { checkpoint, problems } = await stored.read(key)
    assert.is(checkpoint?.moment.step, 1, `round ${round}, at ${at}`)
    assert.equal(bytesOf(checkpoint!), bytesOf(checkpointAt(1)))
    for (const { code, severity } of problems)
      assert.equal([code, severity], ['checkpoint-damaged', 'warning'])
  }
})

test('with both damaged the step begins anew, and the next one is kept beside nothing', async () => {
  const folder = emptyFolder()
  const stored = openCheckpoints(folder)
  await stored.write(key, checkpointAt(1))
  await stored.write(key, checkpointAt(2))
  for (const path of pathsIn(folder, key)) writeFileSync(path, 'x'.repeat(9000))
  const { checkpoint, problems } = await stored.read(key)
  assert.is(checkpoint, undefined)
  assert.equal(
    problems.map(({ code }) => code),
    ['checkpoint-damaged', 'checkpoint-damaged'],
  )
  assert.equal(pathsIn(folder, key), [])
  await stored.write(key, checkpointAt(3))
  assert.is((await stored.read(key)).checkpoint?.moment.step, 3)
})

test('one of another key or another version is never gone on from', async () => {
  const folder = emptyFolder()
  const stored = openCheckpoints(folder)
  await stored.write(key, checkpointAt(1))
  await stored.write(other, checkpointAt(2))
  const [mine] = pathsIn(folder, key)
  const [theirs] = pathsIn(folder, other)
  writeFileSync(mine!, readFileSync(theirs!))
  assert.is(stored.head(key), undefined)
  assert.equal(await stored.read(key), { problems: [] })

  const text = readFileSync(theirs!, 'latin1')
  writeFileSync(theirs!, text.replace('"format":1', '"format":2'), 'latin1')
  assert.is(stored.head(other), undefined)
  assert.equal(await stored.read(other), { problems: [] })
})

test('those of steps whose result is there are swept away', async () => {
  const folder = emptyFolder()
  const stored = openCheckpoints(folder)
  await stored.write(key, checkpointAt(1))
  await stored.write(other, checkpointAt(2))
  await stored.sweep(each => each === key)
  assert.is(stored.head(key), undefined)
  assert.is(stored.head(other)?.moment.step, 2)
})

test('a folder where files should be is a warning, no crash', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'checkpoints'), '')
  const stored = openCheckpoints(folder)
  assert.is(stored.head(key), undefined)
  assert.equal(await stored.read(key), { problems: [] })
  await stored.sweep(() => true)
  let codes: readonly string[] = []
  await stored.write(key, checkpointAt(1)).catch(error => {
    codes = (error as { problems: { code: string }[] }).problems.map(({ code }) => code)
  })
  assert.equal(codes, ['store-in-the-way'])
})
