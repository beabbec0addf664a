import type {
  DocumentHighlight,
  DocumentSymbol,
  Hover,
  Location,
  Position,
  WorkspaceEdit,
} from 'vscode-languageserver/node'
import { assert, suite } from '../suite.js'
import { textOf, type Server } from './client.js'
import { applied, openRecipe, positionOf, shown, sound, startTrimtab } from './lsp-rig.js'

const test = suite('trimtab lsp: names')
let server: Server
let folder: string
let recipe: Awaited<ReturnType<typeof openRecipe>>

test.before(async () => {
  const started = await startTrimtab()
  server = started.server
  folder = started.folder
  recipe = await openRecipe(server, folder, sound)
  assert.equal(await recipe.problems(), [])
})
test.after(async () => {
  assert.is(await server.stop(), 0)
})

const definition = async (position: Position): Promise<string> => {
  const found = await recipe.at<Location | null>('textDocument/definition', position)
  return found ? shown(sound, found.range) : 'nothing'
}
const references = async (position: Position, includeDeclaration = true): Promise<string[]> => {
  const found = await recipe.at<Location[] | null>('textDocument/references', position, {
    context: { includeDeclaration },
  })
  return (found ?? []).map(({ range }) => shown(sound, range))
}
const rename = (position: Position, newName: string) =>
  recipe.at<WorkspaceEdit>('textDocument/rename', position, { newName })
const refused = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

test('a port leads to its step, with and without an output', async () => {
  assert.is(await definition(positionOf(sound, 'base', 2)), '8 base')
  assert.is(await definition(positionOf(sound, 'pruned', 2)), '19 pruned')
  assert.is(await definition(positionOf(sound, 'digits', 3)), '7 digits')
})

test('names in lists, needs, gates and expressions lead to what they name', async () => {
  assert.is(await definition(positionOf(sound, 'models: [ba‸se')), '8 base')
  assert.is(await definition(positionOf(sound, 'needs: [ba‸se]')), '8 base')
  assert.is(await definition(positionOf(sound, 'check: in‸t8.accuracy')), '21 int8')
  assert.is(await definition(positionOf(sound, 'check: int8.accu‸racy')), 'nothing')
  assert.is(await definition(positionOf(sound, 'check: sco‸res.int8')), '22 scores')
  assert.is(await definition(positionOf(sound, 'check: scores.in‸t8')), '21 int8')
  assert.is(await definition(positionOf(sound, 'candidate: in‸t8')), '21 int8')
  assert.is(await definition(positionOf(sound, 'params.ep‸ochs + 1')), '4 epochs')
  assert.is(await definition(positionOf(sound, 'params.sh‸are')), '5 share')
  assert.is(await definition(positionOf(sound, 'par‸ams.share')), 'nothing')
})

test('what is no name leads nowhere', async () => {
  assert.is(await definition(positionOf(sound, 'granularity')), 'nothing')
  assert.is(await definition(positionOf(sound, 'relu')), 'nothing')
})

test('every user of a step is found', async () => {
  const users = ['19 base', '20 base', '22 base', '22 base', '24 base', '25 base', '26 base']
  assert.equal(await references(positionOf(sound, 'base')), ['8 base', ...users])
  assert.equal(await references(positionOf(sound, 'base', 3), false), users)
  assert.equal(await references(positionOf(sound, 'int8:')), [
    '21 int8',
    '22 int8',
    '24 int8',
    '25 int8',
    '26 int8',
  ])
})

test('every user of a param is found, and a gate itself', async () => {
  assert.equal(await references(positionOf(sound, 'epochs')), ['4 epochs', '18 epochs', '20 epochs'])
  assert.equal(await references(positionOf(sound, 'kept-accuracy')), ['24 kept-accuracy'])
})

test('mentions are highlighted: written at the definition, read elsewhere', async () => {
  const found = await recipe.at<DocumentHighlight[]>(
    'textDocument/documentHighlight',
    positionOf(sound, 'tuned'),
  )
  assert.equal(
    found.map(({ range, kind }) => `${shown(sound, range)} ${kind}`),
    ['20 tuned 3', '21 tuned 2', '22 tuned 2', '25 tuned 2'],
  )
})

test('a renamed step is renamed everywhere, and the recipe stays sound', async () => {
  const { changes } = await rename(positionOf(sound, 'base', 2), 'parent')
  const next = applied(sound, changes![recipe.uri]!)
  assert.is(next.match(/\bbase\b/g), null)
  assert.is(next.match(/\bparent\b/g)?.length, 8)
  const again = await openRecipe(server, folder, next)
  assert.equal(await again.problems(), [])
})

test('a renamed member of an evaluation, param and gate', async () => {
  const edits = async (word: string, to: string): Promise<string> =>
    applied(sound, (await rename(positionOf(sound, word), to)).changes![recipe.uri]!)
  const int8 = await edits('int8:', 'small')
  assert.match(int8, 'scores.small.accuracy')
  assert.match(int8, 'weights: int8')
  const share = await edits('share', 'part')
  assert.match(share, 'part: {type: number')
  assert.match(share, 'params.part')
  assert.match(share, 'Share of filters')
  assert.match(await edits('kept-accuracy', 'still-good'), 'still-good: {check')
})

test('what can be renamed says so, and what cannot does not', async () => {
  const prepare = (position: Position) =>
    recipe.at<{ placeholder: string } | null>('textDocument/prepareRename', position)
  assert.is((await prepare(positionOf(sound, 'mo‸del: tuned')))?.placeholder, undefined)
  assert.is((await prepare(positionOf(sound, 'tuned', 2)))?.placeholder, 'tuned')
  assert.is(await prepare(positionOf(sound, 'kernelSize')), null)
})

test('a bad new name is refused with the reason', async () => {
  const at = positionOf(sound, 'base')
  assert.match(
    await refused(rename(at, 'my base')),
    'is no name: a letter, then letters, digits and _. Try "myBase".',
  )
  assert.match(await refused(rename(at, 'matrix')), 'is a word of the expression language')
  assert.match(await refused(rename(at, 'tuned')), 'There is a step "tuned" already.')
  assert.match(
    await refused(rename(positionOf(sound, 'share'), 'epochs')),
    'There is a param "epochs" already.',
  )
  assert.match(await refused(rename(positionOf(sound, 'long:'), 'a b')), 'is no name of a gate')
  assert.match(
    await refused(rename(positionOf(sound, 'kernelSize'), 'x')),
    'There is no step, param or gate here.',
  )
})

test('a name that nothing defines cannot be renamed', async () => {
  const broken = await openRecipe(server, folder, sound.replace('model: base,', 'model: bass,'))
  const at = positionOf(broken.text(), 'bass')
  assert.match(
    await refused(
      server.request('textDocument/prepareRename', { textDocument: { uri: broken.uri }, position: at }),
    ),
    'There is no step "bass" in this file.',
  )
})

test('hovers tell of a step, of a param, of keys and of words', async () => {
  const over = async (position: Position): Promise<string> =>
    textOf((await recipe.at<Hover | null>('textDocument/hover', position))?.contents)
  const step = await over(positionOf(sound, 'base', 2))
  assert.match(step, '**step base**: train')
  assert.match(step, 'The network to begin with.')
  assert.match(step, '28×28×1 → 10')
  assert.match(step, /[\d,]+ parameters, [\d,]+ MACs, [\d,]+ bytes/)
  assert.match(await over(positionOf(sound, 'data: dig‸its')), 'train 320, validation 40, test 40')
  assert.match(
    await over(positionOf(sound, '.share ')),
    /param share\*\*: number, default `0.5`, maximum `0.9`/,
  )
  assert.match(await over(positionOf(sound, 'granularity')), 'What is removed')
  assert.match(await over(positionOf(sound, 'quantize')), 'Store weights as integers')
  assert.match(await over(positionOf(sound, 'kernelSize')), /\*\*kernelSize\*\*\n\n\w/)
  assert.match(await over(positionOf(sound, 'seed')), 'Every random draw')
})

test('a table of contents: params, steps, gates', async () => {
  const found = await server.request<DocumentSymbol[]>('textDocument/documentSymbol', {
    textDocument: { uri: recipe.uri },
  })
  const line = ({ name, detail }: DocumentSymbol) => `${name} ${detail ?? ''}`.trim()
  assert.equal(
    found.map(part => `${part.name}: ${(part.children ?? []).map(line).join(', ')}`),
    [
      'params: epochs 3, share number',
      'steps: digits dataset, base train, pruned prune, tuned finetune, int8 quantize, scores evaluate',
      'gates: kept-accuracy check, long check, paired nonInferior',
    ],
  )
  const base = found[1]!.children![1]!
  assert.is(base.range.start.line, 7)
  assert.is(shown(sound, base.selectionRange), '8 base')
})
