import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { setMaxListeners } from 'node:events'
import { ProblemError } from '../../core/problem.js'
import { remoteName, type RemoteAddress } from '../../core/remote-address.js'
import { timeFor, type Patience } from './patience.js'
import { problemIn, unreachable } from './remote-problem.js'
import type { Reading, Remote } from './remote.js'
import { isAbsent, s3Problem } from './s3-problem.js'
import { uploadFile, type Sending } from './s3-upload.js'

export interface S3Options {
  readonly patience: Patience
  /** Ends all that is under way. */
  readonly signal?: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

type Address = Extract<RemoteAddress, { readonly type: 's3' }>

/** Requests at once. */
const sockets = 32

const configOf = (
  { region, endpoint }: Address,
  { patience, env }: S3Options,
  fallback?: string,
): S3ClientConfig => {
  const own = endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  const where = region ?? fallback
  return {
    ...(where === undefined ? {} : { region: where }),
    ...(own === undefined || own === '' ? {} : { endpoint: own, forcePathStyle: true }),
    followRegionRedirects: true,
    maxAttempts: 3,
    retryMode: 'standard',
    // Bodies are signed by their sha256, and what comes back is checked by the store's own; trailers are not everywhere.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: patience.connect,
      socketTimeout: patience.idle,
      httpAgent: { keepAlive: true, maxSockets: sockets },
      httpsAgent: { keepAlive: true, maxSockets: sockets },
    },
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  }
}

/** Where neither recipe nor environment say a region: servers that are not AWS's do not care, and AWS's redirect. */
const anyRegion = 'us-east-1'

/** A place in a bucket, through the AWS SDK. This module loads it: it is imported where a remote is one. */
export const openS3 = async (address: Address, options: S3Options): Promise<Remote> => {
  // That a later SDK will ask for a later Node is no news for who runs a recipe.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const { patience } = options
  const name = remoteName(address)
  const { bucket: Bucket, prefix } = address
  let client = new S3Client(configOf(address, options))
  try {
    await client.config.region()
  } catch {
    client.destroy()
    client = new S3Client(configOf(address, options, anyRegion))
  }
  const closing = new AbortController()
  // One for each request under way.
  setMaxListeners(0, closing.signal)
  const close = (): void => {
    closing.abort()
    client.destroy()
  }
  options.signal?.addEventListener('abort', close, { once: true })
  if (options.signal?.aborted) close()

  const keyOf = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`)
  const closed = (): ProblemError => new ProblemError(unreachable(name, 'it was given up'))
  const asProblem = (error: unknown): unknown => {
    if (closing.signal.aborted) return closed()
    if (problemIn(error)) return error
    const found = s3Problem(error, { name, bucket: Bucket, idle: patience.idle })
    return found ? new ProblemError(found) : error
  }
  /** A signal that ends a request in time, whatever the server does. */
  const limited = (
    bytes: number,
  ): { readonly signal: AbortSignal; readonly end: () => void; readonly done: () => void } => {
    const own = new AbortController()
    const end = (): void => own.abort()
    const timer = setTimeout(end, timeFor(patience, bytes))
    closing.signal.addEventListener('abort', end, { once: true })
    if (closing.signal.aborted) end()
    const done = (): void => {
      clearTimeout(timer)
      closing.signal.removeEventListener('abort', end)
    }
    return { signal: own.signal, end, done }
  }
  const send: Sending['send'] = async (ask, bytes = 0) => {
    const limit = limited(bytes)
    try {
      return await ask(client, limit.signal)
    } catch (error) {
      throw asProblem(error)
    } finally {
      limit.done()
    }
  }
  /** Undefined where nothing is there. */
  const unlessAbsent = async <T>(asking: Promise<T>): Promise<T | undefined> => {
    try {
      return await asking
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw asProblem(error)
    }
  }

  const chunksOf = async function* (
    body: AsyncIterable<Uint8Array>,
    done: () => void,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* body
    } catch (error) {
      throw asProblem(error)
    } finally {
      done()
    }
  }

  return {
    name,
    close,
    size: path =>
      send((s3, abortSignal) =>
        unlessAbsent(
          s3
            .send(new HeadObjectCommand({ Bucket, Key: keyOf(path) }), { abortSignal })
            .then(({ ContentLength }) => ContentLength ?? 0),
        ),
      ),
    read: async (path, bytes): Promise<Reading | undefined> => {
      const limit = limited(bytes)
      try {
        const found = await unlessAbsent(
          client.send(new GetObjectCommand({ Bucket, Key: keyOf(path) }), { abortSignal: limit.signal }),
        )
        const body = found?.Body as (AsyncIterable<Uint8Array> & { destroy(): void }) | undefined
        if (!body) {
          limit.done()
          return undefined
        }
        const cancel = (): void => {
          limit.done()
          limit.end()
          body.destroy()
        }
        // The request's own signal no longer reaches a body that flows.
        limit.signal.addEventListener('abort', () => body.destroy(), { once: true })
        return { chunks: chunksOf(body, limit.done), cancel }
      } catch (error) {
        limit.done()
        throw asProblem(error)
      }
    },
    write: (path, content) =>
      content instanceof Uint8Array
        ? send(async (s3, abortSignal) => {
            const command = new PutObjectCommand({ Bucket, Key: keyOf(path), Body: content })
            await s3.send(command, { abortSignal })
          }, content.length)
        : uploadFile({ send, place: { Bucket, Key: keyOf(path) }, name }, content),
    list: async function* (folder) {
      let ContinuationToken: string | undefined
      do {
        const token = ContinuationToken
        const page = await send((s3, abortSignal) =>
          s3.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: keyOf(folder),
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
            { abortSignal },
          ),
        )
        for (const { Key, Size } of page.Contents ?? [])
          if (Key !== undefined) yield { path: Key.slice(keyOf('').length), bytes: Size ?? 0 }
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined
        // A server that gives the same page for ever would never end.
        if (ContinuationToken !== undefined && ContinuationToken === token) return
      } while (ContinuationToken !== undefined)
    },
  }
}
