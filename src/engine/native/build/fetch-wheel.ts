import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ask, unreachable } from './ask.js'
import type { Wanted } from './pip.js'
import type { WheelName } from './wheel.js'

/** A wheel that an index offers. */
export interface Offer extends WheelName {
  readonly url: string
  /** SHA-256, hexadecimal; undefined where the index names none. */
  readonly digest?: string
}

/** How often a connection may break before a command gives up; the next one goes on from there. */
const patience = 5

/**
 * How the names begin of a wheel's first bytes while the rest is not here. They say which file's these are: by what the
 * index says of its content, else by its address. Each download has a name of its own, so none writes over another's.
 */
const partStem = ({ file, digest, url }: Offer): string =>
  `${file}.${digest ?? `of-${createHash('sha256').update(url).digest('hex')}`}.`

/** Where the wheels of a build lie, whole or begun. */
export const wheelsFolder = (folder: string): string => join(folder, 'wheels')

/** Is a file's name that of a wheel whose rest is not here? */
export const isPart = (name: string): boolean => name.endsWith('.part')

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer)
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0

/** Takes what another build left. A rename has one winner, so two builds never write one file. */
const takeOver = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  )

/** What earlier builds left of a wheel: paths, with the most bytes first. */
const leftParts = async (downloads: string, offer: Offer): Promise<string[]> => {
  const names = (await readdir(downloads).catch(() => [])).filter(
    name => name.startsWith(partStem(offer)) && isPart(name),
  )
  const sized = await Promise.all(
    names.map(async name => ({ path: join(downloads, name), size: await sizeOf(join(downloads, name)) })),
  )
  return sized.sort((a, b) => b.size - a.size).map(({ path }) => path)
}

/** From which byte on an answer is, and of how many. */
const rangeOf = (answer: Response, asked: number): { readonly start: number; readonly total: number } => {
  const length = Number(answer.headers.get('content-length') ?? 0)
  if (answer.status !== 206) return { start: 0, total: length }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get('content-range') ?? '') ?? []
  return start === undefined
    ? { start: asked, total: asked + length }
    : { start: Number(start), total: Number(total) }
}

/** Gets what is missing of a file. A connection that ends early is taken up again where it ended. */
const complete = async (offer: Offer, part: string, { progress, signal }: Wanted): Promise<void> => {
  for (let tries = 0; ; tries++) {
    const have = await sizeOf(part)
    const answer = await ask(offer.url, have > 0 ? { range: `bytes=${have}-` } : {}, signal)
    const { start, total } = rangeOf(answer, have)
    if (answer.status === 416 && have > 0) {
      await answer.body?.cancel()
      const size = /^bytes \*\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1]
      // Nothing is missing; or there is less of the file than of ours, which is then of another.
      if (size === undefined || Number(size) === have) return
      await rm(part)
      continue
    }
    if (!answer.ok || answer.body === null)
      throw unreachable(new URL(offer.url), `the server says ${answer.status} ${answer.statusText}`)
    if (start !== 0 && start !== have)
      throw unreachable(
        new URL(offer.url),
        `asked for the bytes from ${have} on, it sends those from ${start} on`,
      )
    const file = await open(part, start > 0 ? 'r+' : 'w')
    let at = start
    try {
      for await (const chunk of answer.body) {
        await file.write(chunk, 0, chunk.length, at)
        at += chunk.length
        progress?.(at, total)
      }
      await file.sync()
      return
    } catch (error) {
      if (signal?.aborted) throw error
      if (tries >= patience) throw unreachable(new URL(offer.url), String(error))
    } finally {
      await file.close()
    }
  }
}

/**
 * Brings a wheel into `folder`: the one that an earlier build has left in `downloads`, or the rest of one that it has
 * begun, or all of it. What comes of it is the file that the index names, by its SHA-256; where the index names none, the
 * wheel's own digests are asked when it is unpacked. Throws ProblemError (`tensorflow-unavailable`); what has come until
 * then stays in `folder` as `*.part`.
 */
export const fetchWheel = async (
  offer: Offer,
  wanted: Wanted & { readonly downloads: string },
): Promise<string> => {
  const { folder, downloads } = wanted
  await mkdir(folder, { recursive: true })
  const whole = join(folder, offer.file)
  const part = join(folder, `${partStem(offer)}${randomBytes(4).toString('hex')}.part`)
  const isIt = async (path: string): Promise<boolean> =>
    offer.digest === undefined || (await digestOf(path)) === offer.digest
  if (await takeOver(join(downloads, offer.file), whole)) {
    if (await isIt(whole)) return whole
    await rm(whole)
  }
  let isOurs = true
  for (const left of await leftParts(downloads, offer)) {
    if (isOurs) isOurs = !(await takeOver(left, part))
    // It came less far than the one that is gone on with.
    else await rm(left, { force: true })
  }
  for (;;) {
    await complete(offer, part, wanted)
    if (await isIt(part)) break
    await rm(part)
    if (isOurs)
      throw unreachable(new URL(offer.url), 'what it sends is not the file that the index names (SHA-256)')
    // What was left was not the beginning of this file: all of it is asked for once.
    isOurs = true
  }
  await rename(part, whole)
  return whole
}
