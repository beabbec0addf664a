import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLock } from '../../src/store/parse-lock.js'
import type { Lock } from '../../src/store/lock.js'
import { emptyFolder, trimtab, type Ran } from '../rig.js'

/** Two models of a table, in a fraction of a second. */
export const recipe = (gates = '', seed = 3): string => `trimtab: 1
seed: ${seed}
params:
  epochs: 1
  table: {type: path, default: table.csv}
steps:
  table:
    kind: dataset
    source: {csv: {path: "\${{ params.table }}", label: kind}}
    split: {train: 0.6, validation: 0.2, test: 0.2}
  base:
    kind: train
    data: table
    model: {layers: [{dense: {units: 4, activation: relu}}, {dense: {units: 2, activation: softmax}}]}
    epochs: \${{ params.epochs }}
  half: {kind: prune, model: base, sparsity: 0.5, granularity: weight}
  scores: {kind: evaluate, models: [base, half], data: table}
${gates}`

export const rows = [
  'a,b,kind',
  ...Array.from({ length: 60 }, (_, at) => `${at % 7},${(at * 5) % 11},${at % 2}`),
].join('\n')

/** A repository of one recipe with its data. */
export const project = (text = recipe()) => {
  const folder = emptyFolder()
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    })
  git('init', '-q', '-b', 'main')
  git('config', 'user.name', 'Ana')
  git('config', 'user.email', 'ana@example.org')
  const path = join(folder, 'recipe.lock.yml')
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content)
  write('recipe.yml', text)
  write('table.csv', `${rows}\n`)
  return {
    folder,
    path,
    git,
    write,
    run: (...args: string[]): Promise<Ran> => trimtab(folder, ['run', ...args]),
    trimtab: (...args: string[]): Promise<Ran> => trimtab(folder, args),
    text: (): string => readFileSync(path, 'utf8'),
    has: (): boolean => existsSync(path),
    lock: (): Lock => {
      const found = parseLock(readFileSync(path, 'utf8'), path)
      if (!found.ok) throw new Error(JSON.stringify(found.problems))
      return found.value.lock
    },
    commit: (message = 'state'): void => {
      git('add', '-A')
      git('commit', '-q', '-m', message)
    },
  }
}
