import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lock, LockedStep } from '../../src/store/lock.js'
import { emptyFolder } from '../rig.js'
import { baselineOf, lockOf } from './lock-rig.js'

const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@example.org',
  GIT_COMMITTER_NAME: 'Ana',
  GIT_COMMITTER_EMAIL: 'ana@example.org',
}

/** A repository of one lock file; `merge` commits each of three states and merges the last two with `git merge`. */
export const repository = () => {
  const folder = emptyFolder()
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, env, encoding: 'utf8' })
  const path = join(folder, 'recipe.lock.yml')
  git('init', '-q', '-b', 'main')
  const commit = (text: string): void => {
    writeFileSync(path, text)
    git('add', '.')
    git('commit', '-q', '--allow-empty', '-m', 'lock')
  }
  return {
    git,
    merge: (base: string, ours: string, theirs: string, ...config: string[]) => {
      git('checkout', '-q', '--orphan', 'base')
      commit(base)
      git('checkout', '-q', '-B', 'theirs')
      commit(theirs)
      git('checkout', '-q', '-B', 'ours', 'base')
      commit(ours)
      const { status, stderr } = spawnSync('git', [...config, 'merge', '-q', '--no-edit', 'theirs'], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      const text = readFileSync(path, 'utf8')
      if (status !== 0) git('reset', '-q', '--hard')
      git('branch', '-q', '-D', 'base')
      return { clean: status === 0, text, stderr }
    },
  }
}

/** Four steps, and two baselines of the second. */
export const lock = lockOf(['a', 'b', 'c', 'd'], {
  'b.accuracy': baselineOf(0.5),
  'b.bytes': { ...baselineOf(100) },
})

/** The lock with steps changed, added or (undefined) removed. */
export const withSteps = (from: Lock, steps: Readonly<Record<string, LockedStep | undefined>>): Lock => {
  const all: Record<string, LockedStep | undefined> = { ...from.steps, ...steps }
  return {
    ...from,
    steps: Object.fromEntries(Object.entries(all).filter(([, step]) => step)) as Lock['steps'],
  }
}

/** The lock with another figure of a step. */
export const withMetric = (from: Lock, id: string, value: number): Lock =>
  withSteps(from, { [id]: { ...from.steps[id]!, metrics: { test: { accuracy: 0.9, loss: value } } } })
