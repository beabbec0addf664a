import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const tag = 'manylinux2014_x86_64'
/** The name of a wheel of TensorFlow's. */
export const file = (version: string, platform = tag): string =>
  `tensorflow_cpu-${version}-cp311-cp311-${platform}.whl`
/** A wheel, as far as a download is concerned. */
export const bytes = randomBytes(3_000_000)
export const digest = createHash('sha256').update(bytes).digest('hex')

export interface Served {
  readonly url: string
  readonly asked: { path: string; range: string | undefined; login: string | undefined }[]
  close(): Promise<void>
}

/** An index on this machine, with one way to answer each path. */
export const serve = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Served> => {
  const asked: Served['asked'] = []
  const server = createServer((request, response) => {
    asked.push({
      path: request.url ?? '',
      range: request.headers.range,
      login: request.headers.authorization,
    })
    answer(request, response)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** The index's page of the wheels of a project, each with the same content. */
export const json = (response: ServerResponse, versions: readonly string[], sha = digest): void => {
  response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json')
  response.end(
    JSON.stringify({
      files: versions.map(name => ({ filename: name, url: `/files/${name}`, hashes: { sha256: sha } })),
    }),
  )
}

/** The first byte that a request asks for. */
export const startOf = ({ headers }: IncomingMessage): number =>
  Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
