import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError } from '../../../src/core/problem.js'
import { downloadWithIndex, indexUrl } from '../../../src/engine/native/build/index-download.js'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { bytes, digest, file, json, serve, startOf } from './index-rig.js'

const test = suite('the Python index without pip')

const bring = async (url: string, specifier: string): Promise<string | undefined> => {
  const folder = emptyFolder()
  process.env['PIP_INDEX_URL'] = `${url}/simple`
  return downloadWithIndex({
    requirement: 'tensorflow-cpu',
    project: 'tensorflow-cpu',
    specifier,
    pythons: [],
    folder: join(folder, 'wheels'),
    scratch: join(folder, 'scratch'),
    downloads: join(folder, 'downloads'),
  })
}

const isX64 = process.arch === 'x64' && process.platform === 'linux'
const all = [
  file('2.9.1'),
  file('2.16.2'),
  file('2.21.0'),
  file('2.22.0rc1'),
  file('2.30.0', 'win_amd64'),
  file('2.31.0', 'manylinux_2_99_x86_64'),
  'tensorflow_cpu-2.40.0.tar.gz',
]

test('the newest release that fits is taken, or the one that is asked for; passwords go in a header', async () => {
  if (!isX64) return
  const index = await serve((request, response) => {
    if (request.url === '/simple/tensorflow-cpu/') json(response, all)
    else response.end(bytes)
  })
  const address = index.url.replace('//', '//me:s%40cret@')
  assert.match((await bring(address, ''))!, file('2.21.0'))
  assert.is(index.asked[0]!.login, `Basic ${Buffer.from('me:s@cret').toString('base64')}`)
  const path = (await bring(index.url, '==2.16.*'))!
  assert.match(path, file('2.16.2'))
  assert.ok(readFileSync(path).equals(bytes))
  assert.is(await bring(index.url, '==2.17.0'), undefined)
  await index.close()
})

test('a page of HTML says the same', async () => {
  if (!isX64) return
  const index = await serve((request, response) => {
    if (!request.url!.startsWith('/simple')) {
      response.end(bytes)
      return
    }
    response.setHeader('content-type', 'text/html')
    response.end(
      `<html><body><a href="../../files/${file('2.21.0')}#sha256=${digest}" data-requires-python="&gt;=3.10">${file('2.21.0')}</a>
       <a href="../../files/x" data-yanked="bad">${file('2.21.1')}</a></body></html>`,
    )
  })
  assert.match((await bring(index.url, ''))!, file('2.21.0'))
  await index.close()
})

test('a connection that ends early is taken up where it ended', async () => {
  if (!isX64) return
  let cuts = 2
  const index = await serve((request, response) => {
    if (request.url!.startsWith('/simple')) return json(response, all)
    const start = startOf(request)
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start })
    if (cuts-- > 0)
      response.write(bytes.subarray(start, start + 900_000), () => setTimeout(() => response.destroy(), 50))
    else response.end(bytes.subarray(start))
  })
  const path = (await bring(index.url, ''))!
  assert.ok(readFileSync(path).equals(bytes))
  const ranges = index.asked.flatMap(({ range }) => range ?? [])
  assert.is(ranges.length, 2)
  assert.ok(Number(ranges[1]!.slice(6, -1)) > Number(ranges[0]!.slice(6, -1)))
  await index.close()
})

test('another file than the index names, a refusal and silence are problems', async () => {
  if (!isX64) return
  const index = await serve((request, response) => {
    if (request.url!.startsWith('/simple')) return json(response, all)
    response.end(randomBytes(100))
  })
  const fault = async (url: string): Promise<string> => {
    const error = await bring(url, '').catch((error: unknown) => error)
    assert.instance(error, ProblemError)
    assert.is((error as ProblemError).problems[0]!.code, 'tensorflow-unavailable')
    return (error as ProblemError).message
  }
  assert.match(await fault(index.url), 'not the file that the index names')
  await index.close()
  assert.match(await fault(index.url), 'cannot be read')
  const closed = await serve((_, response) => response.writeHead(401).end())
  const said = await fault(closed.url.replace('//', '//me:secret@'))
  assert.match(said, '401')
  assert.not.match(said, 'secret')
  await closed.close()
})

test("the index is pip's own", () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'pip.conf'), '[global]\nindex-url = https://mirror.example/simple\n')
  assert.is(
    indexUrl({ PIP_CONFIG_FILE: join(folder, 'pip.conf'), HOME: folder }),
    'https://mirror.example/simple',
  )
  assert.is(
    indexUrl({ PIP_INDEX_URL: 'https://other/simple', PIP_CONFIG_FILE: join(folder, 'pip.conf') }),
    'https://other/simple',
  )
})
