// A server between a client and a real S3 server that does to chosen requests what bad networks, disks and servers do.
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What is done to a request, or to its answer. */
export type Injection =
  /** Takes it and never answers. */
  | 'stall'
  /** Answers with the head and half of the body, then nothing. */
  | 'stall-in-body'
  /** Closes the connection without an answer. */
  | 'close'
  /** Closes it in the middle of the body. */
  | 'close-in-body'
  | 'internal-error'
  | 'slow-down'
  | 'access-denied'
  | 'no-such-bucket'
  /** One bit of the body is another. */
  | 'wrong-bytes'
  /** The body of something else, of the same length. */
  | 'other-bytes'
  /** Half of the body, with the length of that half. */
  | 'truncated'
  /** The whole body with a length that is too small. */
  | 'short-length'
  /** More than there is. */
  | 'longer'
  /** What is no HTTP at all. */
  | 'garbage'
  /** A page in HTML with the status 200, as captive portals send it. */
  | 'html'
  /** A byte at a time, for ever. */
  | 'drip'
  /** 404 for what is there. */
  | 'denies'
  /** One bit of what is sent up is another. */
  | 'wrong-bytes-up'

export interface FaultProxy {
  readonly endpoint: string
  /** What is done to a request; undefined lets it through. Absent: all pass. */
  inject: (method: string, path: string) => Injection | undefined
  /** How often something was done. */
  injected: number
  readonly requests: string[]
  stop(): Promise<void>
}

const failures: Readonly<Partial<Record<Injection, readonly [status: number, code: string]>>> = {
  'internal-error': [500, 'InternalError'],
  'slow-down': [503, 'SlowDown'],
  'access-denied': [403, 'AccessDenied'],
  'no-such-bucket': [404, 'NoSuchBucket'],
  denies: [404, 'NoSuchKey'],
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const flipped = (body: Buffer): Buffer => {
  const copy = Buffer.from(body)
  if (copy.length > 0) copy[Math.floor(copy.length / 2)]! ^= 0x10
  return copy
}

/** Passes a request on to the real server. */
const forward = async (
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<readonly [IncomingMessage, Buffer]> => {
  const answered = await new Promise<IncomingMessage>((done, broken) => {
    const out = ask(
      `${target}${incoming.url}`,
      { method: incoming.method!, headers: incoming.headers },
      answer => {
        done(answer)
      },
    )
    out.once('error', broken)
    out.end(body)
  })
  return [answered, await bodyOf(answered)]
}

const spoil = (
  injection: Injection | undefined,
  [answer, body]: readonly [IncomingMessage, Buffer],
  response: ServerResponse,
  socket: Socket,
): void => {
  const headers = { ...answer.headers }
  delete headers['transfer-encoding']
  const send = (content: Buffer, length = content.length): void => {
    response.writeHead(answer.statusCode!, { ...headers, 'content-length': length })
    response.end(content)
  }
  const half = body.subarray(0, Math.floor(body.length / 2))
  const begin = (): void => {
    response.writeHead(answer.statusCode!, { ...headers, 'content-length': body.length })
    response.write(half)
  }
  switch (injection) {
    case 'stall-in-body':
      begin()
      return
    case 'close-in-body':
      begin()
      setTimeout(() => socket.destroy(), 20)
      return
    case 'wrong-bytes':
      send(flipped(body))
      return
    case 'other-bytes':
      send(Buffer.alloc(body.length, 0x20))
      return
    case 'truncated':
      send(half)
      return
    case 'short-length':
      response.writeHead(answer.statusCode!, { ...headers, 'content-length': half.length })
      response.write(half)
      socket.write(body.subarray(half.length))
      response.end()
      return
    case 'longer':
      send(Buffer.concat([body, Buffer.alloc(100_000, 0x61)]))
      return
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<!doctype html><title>Please log in</title>')
      return
    case 'drip': {
      response.writeHead(answer.statusCode!, { ...headers, 'content-length': 1e9 })
      const timer = setInterval(() => response.write('x'), 50)
      socket.once('close', () => clearInterval(timer))
      return
    }
    default:
      if (response.req.method !== 'HEAD') {
        send(body)
        return
      }
      response.writeHead(answer.statusCode!, answer.headers)
      response.end()
  }
}

export const startProxy = async (target: string): Promise<FaultProxy> => {
  const sockets = new Set<Socket>()
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', socket } = incoming
    proxy.requests.push(`${method} ${url}`)
    const injection = proxy.inject(method, url)
    if (injection) proxy.injected++
    const failure = injection && failures[injection]
    if (injection === 'stall') return
    if (injection === 'close') {
      socket.destroy()
      return
    }
    if (injection === 'garbage') {
      socket.end('what is this\r\n\r\n')
      return
    }
    const body = await bodyOf(incoming)
    if (failure) {
      const [status, code] = failure
      response.writeHead(status, { 'content-type': 'application/xml' })
      const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`
      response.end(method === 'HEAD' ? undefined : text)
      return
    }
    const answered = await forward(target, incoming, injection === 'wrong-bytes-up' ? flipped(body) : body)
    spoil(injection, answered, response, socket)
  }
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy())
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: () => undefined,
    injected: 0,
    requests: [],
    stop: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise(done => server.close(() => done()))
    },
  }
  return proxy
}
