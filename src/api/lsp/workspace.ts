import type { Connection } from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { createChecks } from './checks.js'
import { ownKinds } from './kinds.js'
import { isRecipe, pathOf, type RecipeDocument } from './recipe-document.js'

/** The documents that an editor has open, each checked as it changes. */
export interface Workspace {
  /** An open document that is a recipe. */
  find(uri: string): RecipeDocument | undefined
  /** Whether the code of plug-ins may be run. */
  trust(trusted: boolean): void
}

export const createWorkspace = (connection: Connection): Workspace => {
  const documents = new Map<string, RecipeDocument>()
  let trusted = false

  const checks = createChecks({
    isTrusted: () => trusted,
    open: path => [...documents.values()].find(each => each.path === path)?.text.getText(),
    publish: ({ uri }, version, diagnostics) =>
      void connection.sendDiagnostics({ uri, version, diagnostics }),
    failed: error =>
      connection.console.error(
        `trimtab has a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
  })

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    const document: RecipeDocument = {
      uri,
      path: pathOf(uri),
      kinds: ownKinds,
      text: TextDocument.create(uri, languageId, version, text),
    }
    documents.set(uri, document)
    checks.schedule(document)
  })
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    const document = documents.get(uri)
    if (!document) return
    document.text = TextDocument.update(document.text, contentChanges, version)
    checks.schedule(document)
  })
  // Another file, or one that this recipe reads, may have become right by it.
  connection.onDidSaveTextDocument(() => {
    for (const document of documents.values()) checks.schedule(document)
  })
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    const document = documents.get(uri)
    if (!document) return
    checks.forget(document)
    documents.delete(uri)
    void connection.sendDiagnostics({ uri, diagnostics: [] })
  })

  return {
    find: uri => {
      const document = documents.get(uri)
      return document && isRecipe(document.path, document.text.getText()) ? document : undefined
    },
    trust: said => {
      trusted = said
    },
  }
}
