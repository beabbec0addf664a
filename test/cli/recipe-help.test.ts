import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('a recipe of its own manual')

const project = (text: string): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'r.yml'), text)
  return folder
}

const sound = `trimtab: 1
description: Draws digits.
params:
  examples: {type: integer, default: 200, minimum: 100, maximum: 9000, description: How many digits to draw.}
  norm: {type: string, enum: [l1, "l 2"], default: l1}
  scale: 255
  file: {type: path}
steps:
  digits: {kind: dataset, source: {digits: {examples: "\${{ params.examples }}"}}, normalize: {divide: "\${{ params.scale }}"}}
`

test('--help with a recipe prints its params with types, ranges, defaults and how to set them', async () => {
  const folder = project(sound)
  const told = await trimtab(folder, ['run', '--help', 'r.yml'], { TRIMTAB_PARAM_SCALE: '128' })
  assert.is(told.code, 0, told.stderr)
  assert.is(
    told.stdout,
    `r.yml
Draws digits.

PARAMS
  examples  integer from 100 to 9000  default 200
      How many digits to draw.
      --set examples=… or TRIMTAB_PARAM_EXAMPLES=…
  norm  string: l1 or l 2  default l1
      --set norm=… or TRIMTAB_PARAM_NORM=…
  scale  number  default 255, now 128
      --set scale=… or TRIMTAB_PARAM_SCALE=…
  file  path  required
      --set file=… or TRIMTAB_PARAM_FILE=…

STEPS
  digits (dataset)

EXAMPLES
  trimtab run r.yml --set file=PATH
  TRIMTAB_PARAM_FILE=PATH trimtab run r.yml
`,
  )
  assert.is(told.stderr, '')
  for (const [command, flag] of [
    ['validate', '-h'],
    ['plan', '--help'],
  ] as const) {
    const other = await trimtab(folder, [command, 'r.yml', flag])
    assert.match(other.stdout, new RegExp(`trimtab ${command} r\\.yml --set file=PATH`))
  }
  const json = await trimtab(folder, ['run', '--help', 'r.yml', '--json'])
  const { params } = JSON.parse(json.stdout) as { params: { name: string; required: boolean }[] }
  assert.equal(
    params.map(({ name, required }) => [name, required]),
    [
      ['examples', false],
      ['norm', false],
      ['scale', false],
      ['file', true],
    ],
  )
})

test('a recipe with mistakes tells what can be told; a value that does not fit is said', async () => {
  const folder = project(`${sound.replace('minimum: 100', 'minimum: many')}  other: {kind: nothing}\n`)
  const told = await trimtab(folder, ['run', '--help', 'r.yml', '--set', 'nrom=l1'])
  assert.is(told.code, 0)
  assert.match(told.stdout, /examples {2}its declaration has a mistake/)
  assert.match(told.stdout, /norm {2}string: l1 or l 2/)
  assert.match(told.stdout, /The recipe has \d mistakes: `trimtab validate r\.yml` shows them\./)
  assert.match(told.stderr, /--set nrom: the recipe has no param "nrom"/)
  const none = await trimtab(folder, ['run', '--help', 'gone.yml'])
  assert.is(none.code, 2)
  assert.match(none.stderr, /there is no recipe gone\.yml/)
})

test("--help without a recipe is the command's own", async () => {
  const folder = project(sound)
  for (const args of [
    ['run', '--help'],
    ['run', '-h'],
    ['help', 'run'],
  ]) {
    const told = await trimtab(folder, args)
    assert.is(told.code, 0)
    assert.match(told.stdout, /^Usage: trimtab run \[options\] \[recipe\]/)
    assert.match(told.stdout, /-h, --help +show this, or with a recipe that recipe's own params/)
  }
})
