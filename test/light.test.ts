import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageFolder } from '../src/core/home.js'
import { emptyFolder } from './rig.js'
import { assert, suite } from './suite.js'

const test = suite('light')
const root = packageFolder()

/** Node under a resolve hook that throws when a tensor library is asked for. */
const guarded = (args: readonly string[]): { readonly status: number | null; readonly text: string } => {
  const folder = emptyFolder()
  const hook = join(folder, 'hook.mjs')
  writeFileSync(
    hook,
    `export const resolve = (name, context, next) => {
      if (/^(@tensorflow[/]|onnxruntime-node)/.test(name)) throw new Error('tensor library asked for: ' + name)
      return next(name, context)
    }`,
  )
  const start = join(folder, 'start.mjs')
  writeFileSync(
    start,
    `import { register } from 'node:module'\nregister(${JSON.stringify(pathToFileURL(hook).href)})\n`,
  )
  const ran = spawnSync(process.execPath, ['--import', pathToFileURL(start).href, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status: ran.status, text: ran.stdout + ran.stderr }
}

test('validate and plan load no tensor library', () => {
  for (const command of ['validate', 'plan']) {
    const { status, text } = guarded(['bin/trimtab.js', command, 'examples/seed-cnn/recipe.yml'])
    assert.is(status, 0, text)
  }
})

test('the guard itself works: it stops what computes', () => {
  assert.match(guarded(['dist/steps/train/run.js']).text, /tensor library asked for: @tensorflow/)
})
