import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import {
  createConnection,
  DocumentHighlightKind,
  MarkupKind,
  ResponseError,
  SymbolKind,
  TextDocumentSyncKind,
  type Connection,
  type DocumentSymbol,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  type Position,
  type Range,
} from 'vscode-languageserver/node'
import { version } from '../../core/home.js'
import { tellParam, tellSchema, tellStep } from '../../language/editor/hover.js'
import { occurrenceAt, type Occurrence } from '../../language/editor/occurrences.js'
import { namedFile } from '../../language/editor/named-file.js'
import { fixedName, mentionsOf, renameFault, renamePlaces } from '../../language/editor/rename.js'
import { symbolsOf, type RecipeSymbol } from '../../language/editor/symbols.js'
import type { Place } from '../../language/source-file.js'
import { completionsAt } from './completions.js'
import { rangeOfSpan } from './diagnostics.js'
import { fixesFor } from './fixes.js'
import { schemaOf } from './kinds.js'
import { factsOf } from './known.js'
import { occurrencesIn, outlineIn, type RecipeDocument } from './recipe-document.js'
import { createWorkspace, type Workspace } from './workspace.js'

/** What a client may say when it starts the server. */
export interface InitializationOptions {
  /** Code that a recipe names as a plug-in is run, to learn its kinds. Absent: false. */
  readonly trustPlugins?: boolean
}

const capabilities: InitializeResult['capabilities'] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: ['.', ' ', '[', '{'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  documentSymbolProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: ['quickfix'] },
}

interface At {
  readonly textDocument: { readonly uri: string }
  readonly position: Position
}

/** The mention at a position, with all of its document's. */
const mentionAt = (workspace: Workspace, { textDocument, position }: At) => {
  const document = workspace.find(textDocument.uri)
  if (!document) return undefined
  const all = occurrencesIn(document)
  const one = occurrenceAt(all, document.text.offsetAt(position))
  return one && { document, all, one }
}

const rangeOf = ({ text }: RecipeDocument, { start, end }: Pick<Place, 'start' | 'end'>): Range => ({
  start: text.positionAt(start),
  end: text.positionAt(end),
})

const refuse = (message: string) => new ResponseError<void>(-32803, message)

const hover = (workspace: Workspace, params: At): Hover | null => {
  const document = workspace.find(params.textDocument.uri)
  if (!document) return null
  const outline = outlineIn(document)
  const say = (text: string, place: Pick<Place, 'start' | 'end'>): Hover => ({
    contents: { kind: MarkupKind.Markdown, value: text },
    range: rangeOf(document, place),
  })
  const one = mentionAt(workspace, params)?.one
  const param = one?.what === 'param' ? outline.params.get(one.name) : undefined
  if (one && param) return say(tellParam(param, one.name), one.place)
  const step =
    one?.what === 'step' ? tellStep(outline, one, factsOf(document.planned?.plan, one.name)) : undefined
  if (one && step !== undefined) return say(step, one.place)
  const told = tellSchema(schemaOf(document.kinds), outline, document.text.offsetAt(params.position))
  return told ? say(told.text, told) : null
}

const kinds: Readonly<Record<RecipeSymbol['is'], SymbolKind>> = {
  part: SymbolKind.Namespace,
  step: SymbolKind.Function,
  param: SymbolKind.Variable,
  input: SymbolKind.Interface,
  gate: SymbolKind.Boolean,
}

const symbolIn = (document: RecipeDocument, symbol: RecipeSymbol): DocumentSymbol => ({
  name: symbol.name,
  kind: kinds[symbol.is],
  detail: symbol.detail,
  range: rangeOf(document, symbol),
  selectionRange: rangeOf(document, symbol.key),
  children: symbol.children.map(child => symbolIn(document, child)),
})

/** The file that a position names: of `extends`, or of a pipeline's `uses`. */
const fileAt = (workspace: Workspace, { textDocument, position }: At) => {
  const document = workspace.find(textDocument.uri)
  const path = document && namedFile(outlineIn(document), document.text.offsetAt(position))
  if (path === undefined || !existsSync(path)) return null
  const start = { line: 0, character: 0 }
  return { uri: pathToFileURL(path).href, range: { start, end: start } }
}

/** Where a step stands that a base brought along. */
const inherited = ({ planned }: RecipeDocument, { what, name }: Occurrence) => {
  const at = what === 'step' && planned?.recipe?.steps.find(({ id }) => id === name)?.at
  return at ? { uri: pathToFileURL(at.file).href, range: rangeOfSpan(at) } : null
}

const answerAboutNames = (connection: Connection, workspace: Workspace): void => {
  const location = (document: RecipeDocument, { place }: Occurrence) => ({
    uri: document.uri,
    range: rangeOf(document, place),
  })
  connection.onDefinition(params => {
    const found = mentionAt(workspace, params)
    const target = found && mentionsOf(found.all, found.one).find(({ role }) => role === 'definition')
    if (!found) return fileAt(workspace, params)
    return target ? location(found.document, target) : inherited(found.document, found.one)
  })
  connection.onReferences(params => {
    const found = mentionAt(workspace, params)
    if (!found) return null
    return mentionsOf(found.all, found.one)
      .filter(({ role }) => params.context.includeDeclaration || role === 'use')
      .map(each => location(found.document, each))
  })
  connection.onDocumentHighlight(params => {
    const found = mentionAt(workspace, params)
    if (!found) return null
    return mentionsOf(found.all, found.one).map(each => ({
      range: rangeOf(found.document, each.place),
      kind: each.role === 'definition' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }))
  })
  connection.onPrepareRename(params => {
    const found = mentionAt(workspace, params)
    if (!found) return null
    const fault = fixedName(outlineIn(found.document), found.one)
    return fault === undefined
      ? { range: rangeOf(found.document, found.one.place), placeholder: found.one.name }
      : refuse(fault)
  })
  connection.onRenameRequest(params => {
    const found = mentionAt(workspace, params)
    if (!found) return refuse('There is no step, param or gate here.')
    const outline = outlineIn(found.document)
    const fault = fixedName(outline, found.one) ?? renameFault(outline, found.one, params.newName)
    if (fault !== undefined) return refuse(fault)
    const edits = renamePlaces(found.all, found.one).map(place => ({
      range: rangeOf(found.document, place),
      newText: params.newName,
    }))
    return { changes: { [found.document.uri]: edits } }
  })
}

/** Serves recipes to an editor over two streams, until it says `exit` or goes away. */
export const serve = (input: Readable, output: Writable): Promise<void> => {
  const connection = createConnection(input as NodeJS.ReadStream, output as NodeJS.WriteStream)
  // What a library prints would stand between the messages.
  console.log = console.info = (...words: unknown[]) => console.error(...words)
  const workspace = createWorkspace(connection)

  connection.onInitialize(({ initializationOptions }: InitializeParams): InitializeResult => {
    workspace.trust((initializationOptions as InitializationOptions | undefined)?.trustPlugins === true)
    return { capabilities, serverInfo: { name: 'trimtab', version: version() } }
  })
  connection.onCompletion(({ textDocument, position }) => {
    const document = workspace.find(textDocument.uri)
    return document ? completionsAt(document, document.text.offsetAt(position)) : null
  })
  connection.onHover(params => hover(workspace, params))
  connection.onDocumentSymbol(({ textDocument }) => {
    const document = workspace.find(textDocument.uri)
    return document ? symbolsOf(outlineIn(document)).map(symbol => symbolIn(document, symbol)) : null
  })
  connection.onCodeAction(({ textDocument, context }) => {
    const document = workspace.find(textDocument.uri)
    return document ? fixesFor(document.text, context.diagnostics) : null
  })
  answerAboutNames(connection, workspace)
  connection.listen()
  return new Promise(done => input.once('close', done))
}
