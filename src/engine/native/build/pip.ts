import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { problem, ProblemError, type Problem } from '../../../core/problem.js'
import { explain } from '../symptoms.js'
import { runCommand, type CommandOptions, type Ran } from './run-command.js'
import { isRelease, platformTags } from './wheel.js'

/** How a pip is called, for example `python3 -m pip`. */
export type Pip = readonly [command: string, ...args: string[]]

const candidates: readonly Pip[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]

/** The first pip that runs; undefined where there is none. */
export const findPip = async (): Promise<Pip | undefined> => {
  for (const pip of candidates) {
    const ran = await runCommand(pip[0], [...pip.slice(1), '--version'])
    if (ran?.code === 0) return pip
  }
  return undefined
}

/** What is wanted of an index. */
export interface Wanted {
  /** `tensorflow-cpu==2.21.0`, or `tensorflow-cpu` for the newest. */
  readonly requirement: string
  /** Python versions (`3.11`) whose wheels are asked for, one after the other: no Python runs from them. */
  readonly pythons: readonly string[]
  /** Folder that the wheel goes to. */
  readonly folder: string
  /** A folder of our own for what is unfinished. */
  readonly scratch: string
  /** Done, of how many bytes; the second is 0 where it is not known. */
  readonly progress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

const lastError = (text: string): string =>
  text
    .split('\n')
    .findLast(line => /^(ERROR|error)/i.test(line.trim()))
    ?.replace(/^\s*(ERROR|error):\s*/i, '')
    .trim() ??
  text.trim().split('\n').at(-1) ??
  ''

const isAbsent = (text: string): boolean =>
  /No matching distribution found|Could not find a version/.test(text)

/** Why pip cannot reach its index; it then says, too, that the index has no such project. Undefined: it could. */
const unreachedIn = (text: string): string | undefined => {
  const broken = /after connection broken by '?\w+\(?([^\n]*)/.exec(text)?.[1]
  if (broken !== undefined)
    return (
      /\[Errno -?\d+\] ([^'")]+)/.exec(broken)?.[1] ??
      (/timed out/.test(broken) ? 'it timed out' : 'no answer')
    )
  return /There was a problem confirming the ssl certificate/.test(text)
    ? 'its certificate is not known here'
    : undefined
}

const hintOf = (text: string): string => {
  const known = explain(text)
  if (known) return known.mend
  if (unreachedIn(text) !== undefined && !/CERT|SSL/i.test(text))
    return 'Check the network, and `pip config list` for the index; a TensorFlow that pip has installed needs none: `--tensorflow FOLDER`.'
  if (/CERTIFICATE|SSL/i.test(text))
    return 'Set `PIP_CERT` (or `cert` in pip.conf) to the certificates of your proxy.'
  if (/40[13]|credential|authenti/i.test(text))
    return 'Set `PIP_INDEX_URL` with a user and password that may read the index.'
  return 'Check `pip config list`: Trimtab takes TensorFlow from the index that pip uses.'
}

/** Why pip could not bring something. */
export const pipProblem = (requirement: string, text: string): Problem => {
  const unreached = unreachedIn(text)
  const why =
    unreached === undefined
      ? (explain(text)?.says ?? lastError(text))
      : `it cannot reach the Python index (${unreached})`
  return problem('tensorflow-unavailable', `pip could not download ${requirement}: ${why}`, {
    hint: hintOf(text),
  })
}

const progressIn =
  (tell: (done: number, total: number) => void) =>
  (text: string): void => {
    const found = [...text.matchAll(/^Progress (\d+) of (\d+)/gm)].at(-1)
    if (found) tell(Number(found[1]), Number(found[2]))
  }

const runPip = (pip: Pip, args: readonly string[], more: CommandOptions = {}): Promise<Ran | undefined> =>
  runCommand(pip[0], [...pip.slice(1), ...args], more)

/** pip can write its progress for programs from version 24.1 on. */
const canTellProgress = async (pip: Pip): Promise<boolean> => {
  const ran = await runPip(pip, ['download', '--help'])
  return /progress-bar[\s\S]{0,200}raw/.test(ran?.out ?? '')
}

/** Wheels for this machine, whatever its own Python is: none runs from them. */
const wheelsOf = (python: string): string[] => [
  '--only-binary=:all:',
  '--disable-pip-version-check',
  '--no-input',
  '--implementation',
  'cp',
  '--python-version',
  python,
  ...platformTags().flatMap(tag => ['--platform', tag]),
]

/**
 * The newest release of a project that has wheels for this machine, and the Python that they are for; undefined where
 * there is none, or where this pip cannot tell (before 21.2). Throws ProblemError where it cannot reach the index. Without it pip would take a release candidate where a new
 * Python has nothing else yet.
 */
export const newestWithPip = async (
  pip: Pip,
  project: string,
  pythons: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly version: string; readonly python: string } | undefined> => {
  for (const python of pythons) {
    const ran = await runPip(
      pip,
      ['index', 'versions', ...wheelsOf(python), project],
      signal ? { signal } : {},
    )
    const said = `${ran?.out ?? ''}\n${ran?.err ?? ''}`
    if (ran?.code !== 0 && unreachedIn(said) !== undefined) throw new ProblemError(pipProblem(project, said))
    const version = /^\S+ \(([^)]+)\)/m.exec(ran?.code === 0 ? ran.out : '')?.[1]
    if (version !== undefined && isRelease(version)) return { version, python }
  }
  return undefined
}

/**
 * Downloads one wheel that fits this machine, whatever Python it is for. Gives its path; undefined where the index has
 * none. Throws ProblemError (`tensorflow-unavailable`) where pip cannot reach the index.
 */
export const downloadWithPip = async (pip: Pip, wanted: Wanted): Promise<string | undefined> => {
  const { requirement, pythons, folder, scratch, progress, signal } = wanted
  const into = join(scratch, 'wheels')
  await mkdir(into, { recursive: true })
  await mkdir(folder, { recursive: true })
  const raw = progress !== undefined && (await canTellProgress(pip))
  for (const python of pythons) {
    const ran: Ran | undefined = await runPip(
      pip,
      [
        'download',
        '--no-deps',
        '--progress-bar',
        raw ? 'raw' : 'off',
        ...wheelsOf(python),
        '--dest',
        into,
        requirement,
      ],
      {
        // What it leaves when it is killed lies in a folder that goes.
        env: { TMPDIR: scratch, PYTHONWARNINGS: 'ignore' },
        ...(signal ? { signal } : {}),
        ...(progress ? { onOut: progressIn(progress) } : {}),
      },
    )
    const text = `${ran?.out ?? ''}\n${ran?.err ?? ''}`
    if (ran?.code === 0) {
      const name = (await readdir(into)).find(each => each.endsWith('.whl'))
      if (name === undefined) throw new ProblemError(pipProblem(requirement, 'it wrote no wheel'))
      await rename(join(into, name), join(folder, name))
      return join(folder, name)
    }
    if (!isAbsent(text) || unreachedIn(text) !== undefined)
      throw new ProblemError(pipProblem(requirement, text))
  }
  return undefined
}
