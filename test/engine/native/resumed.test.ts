import { randomBytes } from 'node:crypto'
import { ProblemError } from '../../../src/core/problem.js'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { bytes, serve, startOf, type Served } from './index-rig.js'
import {
  asks,
  build,
  headed,
  indexWith,
  isX64,
  leave,
  left,
  name,
  partOf,
  partSizes,
  stuck,
  whole,
  type Answer,
} from './resumed-rig.js'

const test = suite('a wheel whose download was interrupted')

const sentence = async (engines: string): Promise<string> => {
  const error = await build(engines).catch((error: unknown) => error)
  assert.instance(error, ProblemError)
  return (error as ProblemError).message
}

test('the next command goes on where a cut connection left it, after the first gave up', async () => {
  if (!isX64) return
  const engines = emptyFolder()
  const cutting = await indexWith((response, start) =>
    headed(response, start).write(bytes.subarray(start, start + 300_000), () =>
      setTimeout(() => response.destroy(), 20),
    ),
  )
  assert.match(await sentence(engines), 'cannot be read')
  await cutting.close()
  assert.equal(left(engines), [partOf()])
  const [have] = partSizes(engines) as [number]
  assert.ok(have > 300_000 && have < bytes.length, `${have}`)

  const index = await indexWith(whole)
  assert.ok((await build(engines)).equals(bytes))
  assert.equal(asks(index), [have])
  // Whole, it is not asked for again.
  assert.equal(left(engines), [name])
  assert.ok((await build(engines)).equals(bytes))
  assert.equal(asks(index), [have])
  await index.close()
})

test('a partial that is another file, longer, or torn is thrown away, and the whole asked for', async () => {
  if (!isX64) return
  const index = await indexWith(whole)
  const torn = Buffer.concat([bytes.subarray(0, 1_000_000), Buffer.alloc(500_000)])
  const cases: [Buffer, number[]][] = [
    [randomBytes(1_000_000), [1_000_000, 0]],
    [torn, [1_500_000, 0]],
    [Buffer.concat([bytes, randomBytes(10)]), [bytes.length + 10, 0]],
    [randomBytes(bytes.length), [bytes.length, 0]],
    // All of it had come before it was stopped.
    [bytes, [bytes.length]],
    [Buffer.alloc(0), [0]],
  ]
  for (const [content, asked] of cases) {
    const engines = emptyFolder()
    leave(engines, content)
    const before = asks(index).length
    assert.ok((await build(engines)).equals(bytes))
    assert.equal(asks(index).slice(before), asked)
    assert.equal(left(engines), [name])
  }
  await index.close()

  // The bytes of another content are not looked at, and a wheel that is not what the index names by now is not taken.
  const engines = emptyFolder()
  leave(engines, bytes.subarray(0, 1000), partOf('0'.repeat(64)))
  leave(engines, randomBytes(50), name)
  const again = await indexWith(whole)
  assert.ok((await build(engines)).equals(bytes))
  assert.equal(asks(again), [0])
  await again.close()
})

test('a server that knows no ranges sends all; one that sends others than asked for is told', async () => {
  if (!isX64) return
  const engines = emptyFolder()
  leave(engines, bytes.subarray(0, 1000))
  const index = await indexWith(response => response.end(bytes))
  assert.ok((await build(engines)).equals(bytes))
  assert.equal(asks(index), [1000])
  await index.close()

  const other = emptyFolder()
  leave(other, bytes.subarray(0, 1000))
  const wrong = await indexWith((response, start) =>
    response
      .writeHead(206, { 'content-range': `bytes ${start + 5}-${bytes.length - 1}/${bytes.length}` })
      .end(bytes.subarray(start + 5)),
  )
  assert.match(await sentence(other), 'asked for the bytes from 1000 on, it sends those from 1005 on')
  assert.equal(left(other), [partOf()])
  await wrong.close()

  // What the server itself sends is wrong: nothing of it is kept.
  const bad = await indexWith(response => response.end(randomBytes(100)))
  assert.match(await sentence(emptyFolder()), 'not the file that the index names')
  assert.match(await sentence(other), 'not the file that the index names')
  assert.equal(left(other), [])
  await bad.close()
})

test('an index that names no digest: a partial belongs to its address', async () => {
  if (!isX64) return
  const engines = emptyFolder()
  const page = async (folder: string, answer: Answer): Promise<Served> => {
    const index = await serve((request, response) => {
      if (!request.url!.startsWith('/simple')) return answer(response, startOf(request), request)
      response.setHeader('content-type', 'text/html')
      response.end(`<a href="/files/${folder}/${name}">${name}</a>`)
    })
    process.env['PIP_INDEX_URL'] = `${index.url}/simple`
    return index
  }
  let answer = stuck(700_000)
  const index = await page('a', (...all) => answer(...all))
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 500)
  assert.is(await build(engines, stop.signal).catch(() => 'stopped'), 'stopped')
  answer = whole
  const [part] = left(engines)
  assert.match(part!, /\.of-[0-9a-f]{64}\.00c0ffee\.part$/)
  assert.ok((await build(engines)).equals(bytes))
  assert.equal(asks(index), [0, 700_000])
  await index.close()
})

test('two commands at once: one goes on with the partial, the other has its own; both end with the file', async () => {
  if (!isX64) return
  const engines = emptyFolder()
  leave(engines, bytes.subarray(0, 2_000_000))
  const slow: Answer = (response, start) => {
    headed(response, start).write(bytes.subarray(start, start + 100_000))
    setTimeout(() => response.end(bytes.subarray(start + 100_000)), 300)
  }
  const index = await indexWith(slow)
  const both = await Promise.all([build(engines), build(engines)])
  assert.ok(both.every(got => got.equals(bytes)))
  assert.equal(
    asks(index).sort((a, b) => a - b),
    [0, 2_000_000],
  )
  await index.close()

  // All are stopped: the next goes on with what came furthest, and the others go.
  const other = emptyFolder()
  const lengths = [400_000, 900_000, 200_000]
  const halting = await indexWith((...all) => stuck(lengths.shift()!)(...all))
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 500)
  await Promise.all([1, 2, 3].map(() => build(other, stop.signal).catch(() => undefined)))
  await halting.close()
  assert.equal(partSizes(other), [900_000, 400_000, 200_000])
  const last = await indexWith(whole)
  assert.ok((await build(other)).equals(bytes))
  assert.equal(asks(last), [900_000])
  assert.equal(left(other), [name])
  await last.close()
})
