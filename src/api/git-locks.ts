import { execFile } from 'node:child_process'
import { problem, ProblemError } from '../core/problem.js'

/** A lock file as it is committed. */
export interface CommittedLock {
  /** As the user named it, or as git does: `main`. */
  readonly ref: string
  /** From the repository's root. */
  readonly path: string
  readonly text: string
}

interface Answer {
  readonly code: number
  readonly out: Buffer
  readonly said: string
}

/** Undefined where there is no git here. */
const git = (folder: string, args: readonly string[], input?: string): Promise<Answer | undefined> =>
  new Promise(resolve => {
    const child = execFile(
      'git',
      ['-C', folder, ...args],
      { encoding: 'buffer', maxBuffer: 2 ** 30, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } },
      (error, out, said) => {
        if (error && error.code === 'ENOENT') return resolve(undefined)
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
        resolve({ code, out, said: said.toString().trim() })
      },
    )
    if (input !== undefined) child.stdin?.on('error', () => undefined).end(input)
  })

const linesOf = ({ out }: Answer): string[] =>
  out
    .toString()
    .split('\n')
    .filter(line => line !== '')

/** What git could not tell must not read as "there is nothing to keep". */
const refuse = (what: string, answer: Answer | undefined): never => {
  throw new ProblemError(
    problem(
      'gc-git-failed',
      `git cannot tell ${what}: ${answer ? answer.said || `exit code ${answer.code}` : 'it is not installed'}`,
      {
        hint: 'Mend that, or go without the locks of other branches: --refs none.',
      },
    ),
  )
}

interface Ref {
  readonly name: string
  readonly commit: string
}

/** Branches, tags and remote branches that a pattern fits, or the one commit that it names. */
const refsOf = async (folder: string, pattern: string): Promise<readonly Ref[]> => {
  const places = ['heads', 'tags', 'remotes'].map(each => `refs/${each}/${pattern}`)
  const format = '--format=%(refname:short)%09%(objectname)'
  const listed = await git(folder, ['for-each-ref', format, ...places])
  if (listed?.code !== 0) return refuse(`what "${pattern}" is`, listed)
  const refs = linesOf(listed).map(line => {
    const [name, commit] = line.split('\t') as [string, string]
    return { name, commit }
  })
  if (refs.length > 0) return refs
  const parsed = await git(folder, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${pattern}^{commit}`,
  ])
  if (parsed?.code === 0) return [{ name: pattern, commit: parsed.out.toString().trim() }]
  throw new ProblemError(
    problem('gc-ref-unknown', `no branch, tag or commit here fits "${pattern}"`, {
      hint: 'Nothing was deleted: its locks might name what must stay.',
    }),
  )
}

/** HEAD and every local branch; nothing in a repository without a commit. */
const ownRefs = async (folder: string): Promise<readonly Ref[]> => {
  const head = await git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  const branches = await git(folder, [
    'for-each-ref',
    '--format=%(refname:short)%09%(objectname)',
    'refs/heads',
  ])
  if (branches?.code !== 0) return refuse('its branches', branches)
  return [
    ...(head?.code === 0 ? [{ name: 'HEAD', commit: head.out.toString().trim() }] : []),
    ...linesOf(branches).map(line => {
      const [name, commit] = line.split('\t') as [string, string]
      return { name, commit }
    }),
  ]
}

/** Lock files in a commit, by path, as ids of their texts. */
const lockBlobs = async (
  folder: string,
  { name, commit }: Ref,
): Promise<(readonly [path: string, id: string])[]> => {
  const tree = await git(folder, ['ls-tree', '-r', '-z', '--full-tree', commit])
  if (tree?.code !== 0) return refuse(`which files "${name}" has`, tree)
  return tree.out
    .toString()
    .split('\0')
    .flatMap(entry => {
      const found = /^100\d+ blob ([0-9a-f]+)\t(.*\.lock\.yml)$/s.exec(entry)
      return found ? [[found[2]!, found[1]!] as const] : []
    })
}

/** The texts of objects, all by one process. */
const textsOf = async (folder: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const texts = new Map<string, string>()
  if (ids.length === 0) return texts
  const answer = await git(folder, ['cat-file', '--batch'], `${ids.join('\n')}\n`)
  if (answer?.code !== 0) return refuse('what its lock files say', answer)
  for (let at = 0; at < answer.out.length;) {
    const end = answer.out.indexOf(10, at)
    const head = answer.out.subarray(at, end).toString()
    const found = /^([0-9a-f]+) blob (\d+)$/.exec(head)
    if (!found) return refuse('what a lock file says', { ...answer, code: 1, said: head })
    const from = end + 1
    texts.set(found[1]!, answer.out.subarray(from, from + Number(found[2])).toString())
    at = from + Number(found[2]) + 1
  }
  return texts
}

/**
 * The lock files of commits: of the refs that patterns fit (`main`, `release/*`, a tag, a commit), or, without any, of
 * HEAD and every local branch. Throws ProblemError where git cannot tell, or nothing fits a pattern.
 */
export const committedLocks = async (
  folder: string,
  patterns: readonly string[] | undefined,
): Promise<readonly CommittedLock[]> => {
  const refs = patterns
    ? (await Promise.all(patterns.map(each => refsOf(folder, each)))).flat()
    : await ownRefs(folder)
  const named = new Map<string, { readonly ref: string; readonly path: string; readonly id: string }>()
  const seen = new Map<string, readonly (readonly [string, string])[]>()
  for (const ref of refs) {
    const blobs = seen.get(ref.commit) ?? (await lockBlobs(folder, ref))
    seen.set(ref.commit, blobs)
    for (const [path, id] of blobs) named.set(`${ref.name}:${path}`, { ref: ref.name, path, id })
  }
  const texts = await textsOf(folder, [...new Set([...named.values()].map(({ id }) => id))])
  return [...named.values()].map(({ ref, path, id }) => ({ ref, path, text: texts.get(id)! }))
}
