import { spawn } from 'node:child_process'
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CompletionItem,
  type CompletionList,
  type Diagnostic,
  type Hover,
  type Position,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node'

/** What a user sees of a text that an editor has open: the position stands where `‸` stood. */
export const marked = (text: string): { readonly text: string; readonly position: Position } => {
  const at = text.indexOf('‸')
  const before = text.slice(0, at < 0 ? 0 : at)
  return {
    text: text.replace('‸', ''),
    position: {
      line: before.split('\n').length - 1,
      character: before.length - before.lastIndexOf('\n') - 1,
    },
  }
}

export interface ServerOptions {
  /** Arguments of Node: the server's file and its own arguments. */
  readonly args: readonly string[]
  readonly cwd: string
  /** Settings by section, as `workspace/configuration` asks for them. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly initializationOptions?: unknown
}

/** A language server in a process of its own, spoken to as an editor does: over stdio, message by message. */
export const startServer = async (options: ServerOptions) => {
  const { settings = {} } = options
  const child = spawn(process.execPath, [...options.args], {
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  )
  const published = new Map<string, PublishDiagnosticsParams[]>()
  const waiting = new Map<string, Set<() => void>>()
  connection.onNotification('textDocument/publishDiagnostics', (sent: PublishDiagnosticsParams) => {
    published.set(sent.uri, [...(published.get(sent.uri) ?? []), sent])
    for (const wake of waiting.get(sent.uri) ?? []) wake()
  })
  connection.onRequest('workspace/configuration', ({ items }: { items: { section?: string }[] }) =>
    items.map(({ section }) => settings[section ?? ''] ?? null),
  )
  connection.onRequest('client/registerCapability', () => null)
  connection.listen()
  const exited = new Promise<number | null>(done => child.once('exit', code => done(code)))

  const initialized: unknown = await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    ...(options.initializationOptions === undefined
      ? {}
      : { initializationOptions: options.initializationOptions }),
    capabilities: {
      textDocument: {
        publishDiagnostics: { relatedInformation: true, versionSupport: true },
        completion: {
          completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] },
        },
        hover: { contentFormat: ['markdown', 'plaintext'] },
        rename: { prepareSupport: true },
        documentSymbol: { hierarchicalDocumentSymbolSupport: true },
        codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
      },
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
    },
  })
  await connection.sendNotification('initialized', {})
  if (options.settings) await connection.sendNotification('workspace/didChangeConfiguration', { settings })

  /** The next diagnostics of a document that `wanted` takes, those that have come already among them. */
  const said = (uri: string, wanted: (sent: PublishDiagnosticsParams) => boolean = () => true) =>
    new Promise<readonly Diagnostic[]>((done, broken) => {
      const timer = setTimeout(() => broken(new Error(`no diagnostics of ${uri}`)), 20_000)
      const look = (): void => {
        const found = published.get(uri)?.findLast(wanted)
        if (!found) return
        clearTimeout(timer)
        waiting.get(uri)?.delete(look)
        done(found.diagnostics)
      }
      waiting.set(uri, (waiting.get(uri) ?? new Set()).add(look))
      look()
    })
  const position = (uri: string, position: Position) => ({ textDocument: { uri }, position })

  return {
    initialized,
    request: <R>(method: string, params: unknown): Promise<R> => connection.sendRequest(method, params),
    notify: (method: string, params: unknown): Promise<void> => connection.sendNotification(method, params),
    open: (uri: string, text: string, version = 1) =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'yaml', version, text },
      }),
    /** Replaces the whole text. */
    change: (uri: string, text: string, version: number) =>
      connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      }),
    said,
    published: (uri: string) => published.get(uri) ?? [],
    complete: async (uri: string, at: Position): Promise<CompletionItem[]> => {
      const found: CompletionItem[] | CompletionList | null = await connection.sendRequest(
        'textDocument/completion',
        position(uri, at),
      )
      return Array.isArray(found) ? found : (found?.items ?? [])
    },
    hover: (uri: string, at: Position): Promise<Hover | null> =>
      connection.sendRequest('textDocument/hover', position(uri, at)),
    exited,
    /** Goes away without a word. */
    leave: (): void => {
      child.stdin.destroy()
    },
    stop: async (): Promise<number | null> => {
      await connection.sendRequest('shutdown')
      await connection.sendNotification('exit')
      const code = await exited
      connection.dispose()
      return code
    },
  }
}

export type Server = Awaited<ReturnType<typeof startServer>>

/** The text of a hover or of a completion's documentation. */
export const textOf = (contents: unknown): string =>
  typeof contents === 'string'
    ? contents
    : typeof contents === 'object' && contents !== null && 'value' in contents
      ? String(contents.value)
      : ''
