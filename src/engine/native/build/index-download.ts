import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ask, unreachable } from './ask.js'
import { fetchWheel, type Offer } from './fetch-wheel.js'
import type { Wanted } from './pip.js'
import { allows, compareVersions, isRelease, parseWheelName, platformTags } from './wheel.js'

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

/** The offers that fit this machine and a specifier, the newest first. */
const fitting = async (project: string, specifier: string, signal?: AbortSignal): Promise<Offer[]> => {
  const tags = new Set([...platformTags(), 'any'])
  return (await offersOf(project, signal))
    .filter(({ platforms }) => platforms.some(platform => tags.has(platform)))
    .filter(({ version }) => allows(specifier, version))
    .filter(({ version }) => isRelease(version) || specifier.endsWith(version))
    .sort((a, b) => compareVersions(b.version, a.version))
}

/** The newest release of a project for this machine; undefined where there is none. Throws ProblemError. */
export const newestWithIndex = async (project: string, signal?: AbortSignal): Promise<string | undefined> =>
  (await fitting(project, '', signal))[0]?.version

/**
 * Downloads the newest wheel that fits the specifier and this machine, without pip. Gives its path; undefined where the
 * index has none. Throws ProblemError (`tensorflow-unavailable`) where the index cannot be read.
 */
export const downloadWithIndex = async (
  wanted: Wanted & {
    readonly project: string
    readonly specifier: string
    /** Where builds that did not come to their end left wheels, and parts of them. */
    readonly downloads: string
  },
): Promise<string | undefined> => {
  const [newest] = await fitting(wanted.project, wanted.specifier, wanted.signal)
  return newest && fetchWheel(newest, wanted)
}
