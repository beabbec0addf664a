import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { packageFolder } from '../src/core/home.js'
import { emptyFolder } from './rig.js'
import { assert, suite } from './suite.js'

const test = suite('boundaries')
const root = packageFolder()

/** Files that oxlint, under the project's own rules, reports in a folder holding just these. */
const lint = async (files: Record<string, string>): Promise<Map<string, string[]>> => {
  const folder = emptyFolder()
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules/.bin/oxlint'),
    ['-f', 'json', 'src'],
    { cwd: folder },
  ).catch((error: { stdout: string }) => error)
  const found = new Map<string, string[]>()
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }
  for (const { filename, code } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), code])
  return found
}

const rooms: Record<string, string> = {
  core: 'store',
  expression: 'language',
  network: 'model',
  sources: 'data',
  language: 'plan',
  plan: 'run',
  run: 'judge',
  store: 'plan',
  judge: 'report',
  report: 'plan',
  fit: 'steps',
  model: 'data',
  data: 'engine',
  engine: 'model',
  api: 'cli',
  cli: 'plan',
}

test('each room that imports what it may not is caught', async () => {
  const planted: Record<string, string> = {}
  for (const [room, forbidden] of Object.entries(rooms))
    planted[`src/${room}/planted.ts`] = `export * from '../${forbidden}/thing.js'\n`
  planted['src/steps/prune/spec.ts'] = "export * from '../../model/model.js'\n"
  planted['src/steps/prune/run.ts'] = "export * from '../../store/store.js'\n"
  planted['src/plan/tensor.ts'] = "export * from '@tensorflow/tfjs-core'\n"
  planted['src/language/heavy.ts'] = "export * from '../steps/prune/run.js'\n"
  const found = await lint(planted)
  for (const name of Object.keys(planted)) {
    const codes = found.get(name) ?? []
    assert.ok(
      codes.some(code => code.includes('no-restricted-imports')),
      `${name}: ${codes.join(', ') || 'nothing found'}`,
    )
  }
})

test('what a room may import passes', async () => {
  const found = await lint({
    'src/core/thing.ts': 'export const thing = 1\n',
    'src/plan/fine.ts': "export * from '../core/thing.js'\n",
    'src/steps/prune/run.ts': "export * from '../../core/thing.js'\n",
    'src/engine/fine.ts': "export * from '@tensorflow/tfjs-core'\n",
  })
  assert.equal([...found.entries()], [])
})

test('a cycle and a file of more than 300 lines are caught', async () => {
  const found = await lint({
    'src/core/a.ts': "import { b } from './b.js'\nexport const a = (): number => b()\n",
    'src/core/b.ts': "import { a } from './a.js'\nexport const b = (): number => a()\n",
    'src/core/long.ts': Array.from({ length: 301 }, (_, i) => `export const n${i} = ${i}\n`).join(''),
  })
  assert.ok(found.get('src/core/a.ts')?.some(code => code.includes('no-cycle')))
  assert.ok(found.get('src/core/long.ts')?.some(code => code.includes('max-lines')))
})
