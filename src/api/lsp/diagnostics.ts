import { DiagnosticSeverity, type Diagnostic, type Range } from 'vscode-languageserver/node'
import type { Problem, Span } from '../../core/problem.js'

/** What a quick fix needs to know of a diagnostic; travels with it. */
export interface FixData {
  readonly hint: string
}

const rangeOf = ({ line, column, endLine, endColumn }: Span): Range => ({
  start: { line: line - 1, character: column - 1 },
  end: { line: endLine - 1, character: endColumn - 1 },
})

const top: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }

/** A problem as an editor shows it in a file. What has no place, or one in another file, stands at the top. */
export const diagnosticOf = ({ code, severity, message, hint, at }: Problem, path: string): Diagnostic => {
  const here = at?.file === path
  const elsewhere = at && !here ? `${at.file}:${at.line}:${at.column}: ` : ''
  const data: FixData | undefined = hint === undefined ? undefined : { hint }
  return {
    range: at && here ? rangeOf(at) : top,
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: 'trimtab',
    message: `${elsewhere}${message}${hint === undefined ? '' : `\n${hint}`}`,
    ...(data ? { data } : {}),
  }
}
