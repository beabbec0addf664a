import { CodeActionKind, type CodeAction, type Diagnostic, type TextEdit } from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'

const hintOf = ({ data }: Diagnostic): string =>
  typeof data === 'object' && data !== null && 'hint' in data ? String(data.hint) : ''

/** What a word becomes: the part of a reference that is wrong, with the quotes that it had. */
const replaced = (written: string, word: string, code: Diagnostic['code']): string => {
  const quote = /^["']/.exec(written)?.[0] ?? ''
  const inner = quote === '' ? written : written.slice(1, -1)
  const dot = inner.indexOf('.')
  const isReference = /^[A-Za-z]\w*(\[[^\]]*\])?\.\w+$/.test(inner)
  const next =
    isReference && code === 'unknown-output'
      ? inner.slice(0, dot + 1) + word
      : isReference && code === 'unknown-step' && !word.includes('.')
        ? word + inner.slice(dot)
        : word
  return quote + next + quote
}

/** Edits that a hint proposes, by its words. */
const proposed = (
  written: string,
  diagnostic: Diagnostic,
): { readonly title: string; readonly text: string } | undefined => {
  const hint = hintOf(diagnostic)
  const meant = /^Did you mean "([^"]+)"/.exec(hint)?.[1]
  if (meant !== undefined)
    return { title: `Replace with "${meant}"`, text: replaced(written, meant, diagnostic.code) }
  if (diagnostic.code === 'quote-expression' && !written.includes('"'))
    return { title: 'Put the expression in quotes', text: `"${written}"` }
  const bracketed = /^Write (\[[^\]]+\])\.$/.exec(hint)?.[1]
  if (bracketed !== undefined && diagnostic.code === 'wrong-type' && bracketed.includes(written.trim()))
    return { title: `Replace with ${bracketed}`, text: bracketed }
  return undefined
}

/** Quick fixes for diagnostics of ours. */
export const fixesFor = (document: TextDocument, diagnostics: readonly Diagnostic[]): CodeAction[] =>
  diagnostics.flatMap(diagnostic => {
    if (diagnostic.source !== 'trimtab') return []
    const fix = proposed(document.getText(diagnostic.range), diagnostic)
    if (!fix) return []
    const edit: TextEdit = { range: diagnostic.range, newText: fix.text }
    return [
      {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: true,
        edit: { changes: { [document.uri]: [edit] } },
      },
    ]
  })
