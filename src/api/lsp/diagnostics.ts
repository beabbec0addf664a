import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DiagnosticSeverity, type Diagnostic, type Range } from 'vscode-languageserver/node'
import type { Problem, Span } from '../../core/problem.js'

/** What a quick fix needs to know of a diagnostic; travels with it. */
export interface FixData {
  readonly hint: string
}

/** A span as editors count: lines and characters from 0. */
export const rangeOfSpan = ({ line, column, endLine, endColumn }: Span): Range => ({
  start: { line: line - 1, character: column - 1 },
  end: { line: endLine - 1, character: endColumn - 1 },
})

const top: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }

/**
 * A problem as an editor shows it in a file. What has no place stands at its top; what stands in a file that it is
 * made of too, at `extends`, with the way there.
 */
export const diagnosticOf = (
  { code, severity, message, hint, at }: Problem,
  path: string,
  extending: Range | undefined,
): Diagnostic => {
  const elsewhere = at && at.file !== path ? at : undefined
  const data: FixData | undefined = hint === undefined ? undefined : { hint }
  const text = hint === undefined ? message : `${message}\n${hint}`
  const range = at && !elsewhere ? rangeOfSpan(at) : ((elsewhere && extending) ?? top)
  return {
    range,
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: 'trimtab',
    message: elsewhere ? `${basename(elsewhere.file)}:${elsewhere.line}:${elsewhere.column}: ${text}` : text,
    ...(elsewhere
      ? {
          relatedInformation: [
            { location: { uri: pathToFileURL(elsewhere.file).href, range: rangeOfSpan(elsewhere) }, message },
          ],
        }
      : data
        ? { data }
        : {}),
  }
}
