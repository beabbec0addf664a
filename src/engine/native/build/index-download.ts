import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, rename, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { problem, ProblemError } from '../../../core/problem.js'
import type { Wanted } from './pip.js'
import { allows, compareVersions, isRelease, parseWheelName, platformTags, type WheelName } from './wheel.js'

// Where there is no Python, and so no pip: the index itself is asked (PEP 503 and 691), and the wheel downloaded.

/** pip's own setting of the index: `PIP_INDEX_URL`, else `index-url` of a pip.conf, else PyPI. */
export const indexUrl = (env: NodeJS.ProcessEnv = process.env): string => {
  const named = env['PIP_INDEX_URL']
  if (named !== undefined && named !== '') return named
  const home = env['HOME'] ?? homedir()
  const files = [
    env['PIP_CONFIG_FILE'],
    join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'pip', 'pip.conf'),
    join(home, '.pip', 'pip.conf'),
    '/etc/pip.conf',
  ]
  for (const file of files) {
    if (file === undefined || !existsSync(file)) continue
    const found = /^\s*index[-_]url\s*[=:]\s*(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1]
    if (found !== undefined) return found
  }
  return 'https://pypi.org/simple'
}

interface Offer extends WheelName {
  readonly url: string
  /** SHA-256, hexadecimal; undefined where the index names none. */
  readonly digest?: string
}

/** Without the password that an address may hold. */
const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`

const unreachable = (url: URL, why: string): ProblemError =>
  new ProblemError(
    problem('tensorflow-unavailable', `${shown(url)} cannot be read: ${why}`, {
      hint: 'Behind a proxy, or for an index that needs more than a user and password in its address, install pip: `apt-get install python3-pip`, `dnf install python3-pip`.',
    }),
  )

const ask = async (
  address: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> => {
  const url = new URL(address)
  const plain = new URL(url)
  const { username, password } = url
  plain.username = plain.password = ''
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  )
  try {
    return await fetch(plain, {
      headers: { ...headers, ...(username === '' ? {} : { authorization: `Basic ${login}` }) },
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const { code, message } = cause as NodeJS.ErrnoException
    // Its message is empty where several addresses were tried.
    throw unreachable(url, message || code || String(error))
  }
}

interface JsonPage {
  readonly files: readonly {
    readonly filename: string
    readonly url: string
    readonly hashes?: { readonly sha256?: string }
    readonly yanked?: boolean | string
  }[]
}

const offersIn = (page: string, isJson: boolean, base: string): Offer[] => {
  const files = isJson
    ? (JSON.parse(page) as JsonPage).files
        .filter(({ yanked }) => !yanked)
        .map(({ filename, url, hashes }) => ({ filename, url, digest: hashes?.sha256 }))
    : [...page.matchAll(/<a\s([^>]*)>\s*([^<]+?)\s*<\/a>/g)].flatMap(([, attributes, filename]) => {
        const href = /href="([^"]+)"/.exec(attributes!)?.[1]?.replaceAll('&amp;', '&')
        if (href === undefined || /data-yanked/.test(attributes!)) return []
        return [{ filename: filename!, url: href, digest: /#sha256=([0-9a-f]{64})/.exec(href)?.[1] }]
      })
  return files.flatMap(({ filename, url, digest }) => {
    const name = parseWheelName(filename)
    return name ? [{ ...name, url: new URL(url, base).href, ...(digest ? { digest } : {}) }] : []
  })
}

/** The wheels that an index offers of a project; empty where it does not know it. Throws ProblemError. */
const offersOf = async (project: string, signal?: AbortSignal): Promise<Offer[]> => {
  const address = `${indexUrl().replace(/\/+$/, '')}/${project}/`
  const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5'
  const answer = await ask(address, { accept }, signal)
  if (answer.status === 404) return []
  if (!answer.ok) throw unreachable(new URL(address), `the server says ${answer.status} ${answer.statusText}`)
  return offersIn(await answer.text(), /json/.test(answer.headers.get('content-type') ?? ''), address)
}

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

const fetchWheel = async (offer: Offer, { folder, scratch, progress, signal }: Wanted): Promise<string> => {
  await mkdir(scratch, { recursive: true })
  await mkdir(folder, { recursive: true })
  const part = join(scratch, `${offer.file}.part`)
  // A connection that ends early is taken up again where it ended.
  for (let tries = 0; ; tries++) {
    const have = (await stat(part).catch(() => undefined))?.size ?? 0
    const answer = await ask(offer.url, have > 0 ? { range: `bytes=${have}-` } : {}, signal)
    if (!answer.ok || answer.body === null)
      throw unreachable(new URL(offer.url), `the server says ${answer.status} ${answer.statusText}`)
    const start = answer.status === 206 ? have : 0
    const total = start + Number(answer.headers.get('content-length') ?? 0)
    const file = await open(part, start > 0 ? 'r+' : 'w')
    let at = start
    try {
      for await (const chunk of answer.body) {
        await file.write(chunk, 0, chunk.length, at)
        at += chunk.length
        progress?.(at, total)
      }
      await file.sync()
    } catch (error) {
      if (signal?.aborted || tries >= 5)
        throw signal?.aborted ? error : unreachable(new URL(offer.url), String(error))
      continue
    } finally {
      await file.close()
    }
    break
  }
  if (offer.digest !== undefined && (await digestOf(part)) !== offer.digest)
    throw unreachable(new URL(offer.url), 'what it sends is not the file that the index names (SHA-256)')
  await rename(part, join(folder, offer.file))
  return join(folder, offer.file)
}

/**
 * Downloads the newest wheel that fits the specifier and this machine, without pip. Gives its path; undefined where the
 * index has none. Throws ProblemError (`tensorflow-unavailable`) where the index cannot be read.
 */
export const downloadWithIndex = async (
  wanted: Wanted & { readonly project: string; readonly specifier: string },
): Promise<string | undefined> => {
  const tags = new Set([...platformTags(), 'any'])
  const offers = (await offersOf(wanted.project, wanted.signal))
    .filter(({ platforms }) => platforms.some(platform => tags.has(platform)))
    .filter(({ version }) => allows(wanted.specifier, version))
    .filter(({ version }) => isRelease(version) || wanted.specifier.endsWith(version))
    .sort((a, b) => compareVersions(b.version, a.version))
  const newest = offers[0]
  return newest && fetchWheel(newest, wanted)
}
