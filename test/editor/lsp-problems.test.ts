import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeAction, Diagnostic } from 'vscode-languageserver/node'
import type { Problem } from '../../src/core/problem.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { textOf, type Server } from './client.js'
import { applied, openRecipe, positionOf, shown, sound, startTrimtab } from './lsp-rig.js'

const test = suite('trimtab lsp: problems')
let server: Server
let folder: string

test.before(async () => {
  const started = await startTrimtab()
  server = started.server
  folder = started.folder
})
test.after(async () => {
  assert.is(await server.stop(), 0)
})

const open = (text: string, save = true) => openRecipe(server, folder, text, save)
const messages = (all: readonly Diagnostic[]): string[] => all.map(({ message }) => textOf(message))

const faulty = sound
  .replace('model: base, gran', 'model: bass, gran')
  .replace('weights: int8}', 'weights: int88}')
  .replace('units: 10', 'unit: 10')
  .replace('params.epochs + 1', 'params.epoch + 1')

test("what is said is what validate says, at validate's places", async () => {
  const recipe = await open(faulty)
  const said = await recipe.problems()
  const ran = await trimtab(folder, ['validate', recipe.file, '--json'])
  const { problems } = JSON.parse(ran.stdout) as { problems: Problem[] }
  assert.ok(problems.length >= 4)
  assert.equal(
    said.map(({ code, severity, message, range }) => ({ code, severity, message, range })),
    problems.map(({ code, severity, message, hint, at }) => ({
      code,
      severity: severity === 'error' ? 1 : 2,
      message: hint === undefined ? message : `${message}\n${hint}`,
      range: {
        start: { line: at!.line - 1, character: at!.column - 1 },
        end: { line: at!.endLine - 1, character: at!.endColumn - 1 },
      },
    })),
  )
  assert.ok(said.every(({ source }) => source === 'trimtab'))
})

test('the unsaved text counts, keystroke by keystroke', async () => {
  const recipe = await open(sound)
  assert.equal(await recipe.problems(), [])
  const place = positionOf(sound, 'model: base‸, gran')
  await recipe.type({ start: place, end: place }, 'd')
  assert.match(messages(await recipe.problems())[0]!, /^there is no step "based"\nDid you mean "base"\?$/)
  await recipe.type({ start: place, end: { ...place, character: place.character + 1 } }, '')
  assert.equal(await recipe.problems(), [])
})

test('a file that was never saved is checked too', async () => {
  const recipe = await open('trimtab: 1\nsteps: {a: {kind: prnue}}\n', false)
  assert.match(
    messages(await recipe.problems())[0]!,
    /^there is no step kind "prnue"\nDid you mean "prune"\?$/,
  )
})

test('broken YAML is one problem, and what was broken becomes whole again', async () => {
  const recipe = await open(sound)
  await recipe.problems()
  await recipe.write(sound.replace('gates:\n', 'gates\n'))
  const said = await recipe.problems()
  assert.is(said.length, 1)
  assert.is(said[0]!.code, 'yaml-syntax')
  await recipe.write(sound)
  assert.equal(await recipe.problems(), [])
})

test('an earlier text is never judged after a later one', async () => {
  const recipe = await open(sound)
  for (let at = 0; at < 20; at++) await recipe.write(at % 2 === 0 ? faulty : sound)
  assert.equal(await recipe.problems(), [])
  const versions = server.published(recipe.uri).map(({ version }) => version ?? -1)
  assert.equal(
    versions,
    versions.toSorted((a, b) => a - b),
  )
  assert.is(versions.at(-1), 21)
})

test('YAML that is no recipe is left alone, and an empty recipe is not', async () => {
  assert.equal(await (await open('name: CI\non: push\n')).problems(), [])
  const empty = await openRecipe(server, folder, 'trimtab: 1\n')
  assert.match(messages(await empty.problems())[0]!, /lacks "steps"|needs steps/)
})

test('what a file lacks is found again when it is there', async () => {
  const text = `trimtab: 1\nsteps:\n  d: {kind: dataset, source: {csv: {path: lies.csv, label: y}}}\n`
  const recipe = await open(text)
  assert.match(messages(await recipe.problems())[0]!, 'there is no file lies.csv')
  writeFileSync(join(folder, 'lies.csv'), 'x,y\n1,a\n2,b\n3,a\n')
  await recipe.write(`${text}# saved\n`)
  assert.equal(await recipe.problems(), [])
  writeFileSync(join(folder, 'lies.csv'), 'x,z\n1,a\n2,b\n3,a\n4,b\n')
  await recipe.write(`${text}# changed\n`)
  assert.match(messages(await recipe.problems())[0]!, 'has no column "y"')
})

test('closing a file takes its problems away', async () => {
  const recipe = await open(faulty)
  assert.ok((await recipe.problems()).length > 0)
  await recipe.close()
  assert.equal(
    await server.said(
      recipe.uri,
      ({ version, diagnostics }) => version === undefined && diagnostics.length === 0,
    ),
    [],
  )
})

const fixes = async (text: string): Promise<{ titles: string[]; next: string }> => {
  const recipe = await open(text)
  const diagnostics = await recipe.problems()
  const found = await server.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: recipe.uri },
    range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
    context: { diagnostics },
  })
  const edits = found.flatMap(({ edit }) => edit?.changes?.[recipe.uri] ?? [])
  return { titles: found.map(({ title }) => title), next: applied(text, edits) }
}

test('"Did you mean" can be taken, and mends the recipe', async () => {
  const { titles, next } = await fixes(faulty)
  assert.ok(titles.includes('Replace with "base"'), titles.join())
  assert.ok(titles.includes('Replace with "int8"'))
  assert.ok(titles.includes('Replace with "units"'))
  assert.is(next, sound)
})

test('a misspelt output, a step of a reference with one, and an expression without quotes', async () => {
  assert.is((await fixes(sound.replace('pruned.model', 'pruned.modle'))).next, sound)
  assert.is((await fixes(sound.replace('int8.accuracy >= base', 'int8.acuracy >= base'))).next, sound)
  assert.is((await fixes(sound.replace('pruned.model', 'prund.model'))).next, sound)
  const bare = sound.replace('"${{ params.share }}"', '${{ params.share }}')
  assert.is((await fixes(bare)).next, sound)
})

test('whatever is half-written, the server answers', async () => {
  const recipe = await open('trimtab: 1\n')
  for (let length = 11; length < sound.length; length += 13) {
    const text = sound.slice(0, length)
    await recipe.write(text)
    const line = text.split('\n').length - 1
    const position = { line, character: text.length - text.lastIndexOf('\n') - 1 }
    for (const method of ['completion', 'hover', 'definition', 'documentHighlight'])
      await recipe.at(`textDocument/${method}`, position)
    await server.request('textDocument/documentSymbol', { textDocument: { uri: recipe.uri } })
  }
  await recipe.write(sound)
  assert.equal(await recipe.problems(), [])
})

test('odd texts do no harm', async () => {
  const recipe = await open('trimtab: 1\n')
  const odd = [
    '',
    '\uFEFFtrimtab: 1\nsteps: {}\n',
    'trimtab: 1\r\nsteps:\r\n  a: {kind: prune}\r\n',
    'trimtab: 1\nsteps: [\n',
    `trimtab: 1\nsteps: ${'['.repeat(5000)}`,
    'trimtab: 1\nsteps: {a: &x {b: *x}}\n',
    'trimtab: 1\nsteps: {__proto__: {kind: prune}, constructor: {kind: train}}\ngates: {toString: {check: "a"}}\n',
    'trimtab: 1\nsteps: {a: {kind: constructor, model: toString}}\n',
    'trimtab: 1\nsteps:\n  ? [a]\n  : b\n',
    'trimtab: 1\nsteps: {a: {kind: train, epochs: "${{ params."}}\n',
    'trimtab: 1\n\u0000\nsteps: 3\n',
  ]
  for (const text of odd) {
    await recipe.write(text)
    await recipe.problems()
    for (let character = 0; character < 60; character += 7)
      for (const line of [0, 1, 2]) await recipe.at('textDocument/completion', { line, character })
  }
  await recipe.write(sound)
  assert.equal(await recipe.problems(), [])
  assert.match(shown(sound, { start: positionOf(sound, '‸base:'), end: positionOf(sound, 'base‸:') }), 'base')
})
