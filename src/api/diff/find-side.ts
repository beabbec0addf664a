import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { problem, ProblemError } from '../../core/problem.js'
import { sideOfLock, sideOfRun, type ComparedSide } from '../../judge/compared-side.js'
import { projectOf } from '../../language/project.js'
import { openStore } from '../../store/open.js'
import { parseLock } from '../../store/parse-lock.js'
import { findRecord, isFile, type NamingOptions } from '../named-record.js'
import { storeFolder } from '../store-folder.js'

const isLock = (name: string): boolean => /\.lock\.ya?ml$/.test(name)

/** `main:recipe.lock.yml`: the lock as a commit has it, named as git names it. */
const ofGit = /^([^:]+):(.+\.lock\.ya?ml)$/

const git = (cwd: string, spec: string): Promise<{ readonly text: string } | { readonly why: string }> =>
  new Promise(done => {
    execFile(
      'git',
      ['-C', cwd, 'show', '--end-of-options', spec],
      { maxBuffer: 256 * 1024 * 1024, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } },
      (error, stdout, stderr) =>
        done(error ? { why: stderr.trim().split('\n')[0] || error.message } : { text: stdout }),
    )
  })

const textOf = async (name: string, cwd: string): Promise<string> => {
  if (isFile(resolve(cwd, name))) return readFileSync(resolve(cwd, name), 'utf8')
  const [, ref, path] = ofGit.exec(name) ?? []
  if (ref !== undefined && path !== undefined) {
    // As git reads it, from the repository's root; else from here.
    const found = await git(cwd, name)
    if ('text' in found) return found.text
    const here = await git(cwd, `${ref}:./${path}`)
    if ('text' in here) return here.text
    throw new ProblemError(problem('lock-absent', `git has no ${name}: ${found.why}`))
  }
  throw new ProblemError(
    problem('lock-absent', `there is no file ${name}`, {
      hint: 'Name a lock by its path, or by REF:PATH as git does: main:recipe.lock.yml.',
    }),
  )
}

/** A run or lock by its name. Throws ProblemError where there is none. */
export const findSide = async (name: string, options: NamingOptions): Promise<ComparedSide> => {
  if (!isLock(name)) {
    const { record, store } = await findRecord(name, options)
    return sideOfRun(record, store)
  }
  const { cwd } = options
  const text = await textOf(name, cwd)
  const parsed = parseLock(text, name)
  if (!parsed.ok) throw new ProblemError(...parsed.problems)
  const { lock } = parsed.value
  const home = dirname(resolve(cwd, ofGit.exec(name)?.[2] ?? name))
  const store = await openStore(storeFolder(projectOf(home), options.store, cwd))
  return sideOfLock(lock, name, join(home, lock.recipe), store)
}
