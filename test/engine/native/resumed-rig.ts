import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { discardBuild, downloadsFolder, unfinishedFolder } from '../../../src/api/engine-folder.js'
import { downloadWithIndex } from '../../../src/engine/native/build/index-download.js'
import { bytes, digest, file, json, serve, startOf, type Served } from './index-rig.js'

export const isX64 = process.arch === 'x64' && process.platform === 'linux'
if (!isX64) console.log('not run: the wheels of the index are for Linux on x64')

export const name = file('2.21.0')
export const partOf = (sha: string = digest): string => `${name}.${sha}.00c0ffee.part`

export type Answer = (response: ServerResponse, start: number, request: IncomingMessage) => void

/** An index with one wheel. `answer`: what it does with the bytes that are asked for. */
export const indexWith = async (answer: Answer, sha = digest): Promise<Served> => {
  const index = await serve((request, response) => {
    if (request.url!.startsWith('/simple')) json(response, [name], sha)
    else answer(response, startOf(request), request)
  })
  process.env['PIP_INDEX_URL'] = `${index.url}/simple`
  return index
}

export const headed = (response: ServerResponse, start: number, of = bytes): ServerResponse =>
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': of.length - start,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${of.length - 1}/${of.length}` } : {}),
  })

export const whole: Answer = (response, start) => {
  if (start >= bytes.length) response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  else headed(response, start).end(bytes.subarray(start))
}

/** Sends so many bytes from where it is asked, then says no more. */
export const stuck =
  (many: number): Answer =>
  (response, start) =>
    void headed(response, start).write(bytes.subarray(start, start + many))

export const asks = ({ asked }: Served): number[] =>
  asked
    .filter(({ path }) => path.startsWith('/files'))
    .map(({ range }) => Number(/\d+/.exec(range ?? '0')![0]))

/** One command's download, in a build's folder as `engine build` has it; what is left is kept as it keeps it. */
export const build = async (engines: string, signal?: AbortSignal): Promise<Buffer> => {
  const folder = unfinishedFolder(engines, 'building')
  try {
    const path = await downloadWithIndex({
      requirement: 'tensorflow-cpu',
      project: 'tensorflow-cpu',
      specifier: '',
      pythons: [],
      folder: join(folder, 'wheels'),
      scratch: join(folder, 'scratch'),
      downloads: downloadsFolder(engines),
      ...(signal ? { signal } : {}),
    })
    return readFileSync(path!)
  } finally {
    await discardBuild(engines, folder)
  }
}

/** What lies among the downloads; each part has a name of its own, which is of no interest. */
export const left = (engines: string): string[] =>
  existsSync(downloadsFolder(engines))
    ? readdirSync(downloadsFolder(engines)).map(each =>
        each.replace(/\.[0-9a-f]{8}\.part$/, '.00c0ffee.part'),
      )
    : []

/** Bytes of the parts that lie there, the most first. */
export const partSizes = (engines: string): number[] =>
  readdirSync(downloadsFolder(engines))
    .filter(each => each.endsWith('.part'))
    .map(each => statSync(join(downloadsFolder(engines), each)).size)
    .sort((a, b) => b - a)

/** An earlier build left these bytes. */
export const leave = (engines: string, content: Buffer, as = partOf()): string => {
  mkdirSync(downloadsFolder(engines), { recursive: true })
  const path = join(downloadsFolder(engines), as)
  writeFileSync(path, content)
  return path
}
