import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic, Position, Range, TextEdit } from 'vscode-languageserver/node'
import { packageFolder } from '../../src/core/home.js'
import { emptyFolder } from '../rig.js'
import { startServer, type Server } from './client.js'

/** The real `trimtab lsp` in a folder of its own, with what an editor does with one file. */
export const startTrimtab = async (initializationOptions?: unknown, node: readonly string[] = []) => {
  const folder = realpathSync(emptyFolder())
  const server = await startServer({
    args: [...node, join(packageFolder(), 'bin/trimtab.js'), 'lsp', '--stdio'],
    cwd: folder,
    ...(initializationOptions === undefined ? {} : { initializationOptions }),
  })
  return { server, folder }
}

let count = 0

/** A recipe that is open in the editor, under a name of its own. */
export const openRecipe = async (server: Server, folder: string, text: string, save = true) => {
  const file = join(folder, `r${count++}.yml`)
  if (save) writeFileSync(file, text)
  const { href: uri } = pathToFileURL(file)
  let version = 1
  let present = text
  await server.open(uri, text, version)
  return {
    file,
    uri,
    text: () => present,
    /** Problems of the present text, not of an earlier one. */
    problems: (): Promise<readonly Diagnostic[]> => server.said(uri, sent => sent.version === version),
    write: (next: string): Promise<void> => {
      present = next
      version++
      return server.change(uri, next, version)
    },
    /** One edit, as an editor sends a keystroke. */
    type: (range: Range, inserted: string): Promise<void> => {
      present = applied(present, [{ range, newText: inserted }])
      version++
      return server.notify('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ range, text: inserted }],
      })
    },
    at: <R>(method: string, position: Position, more: object = {}): Promise<R> =>
      server.request<R>(method, { textDocument: { uri }, position, ...more }),
    close: () => server.notify('textDocument/didClose', { textDocument: { uri } }),
  }
}

const offsetOf = (text: string, { line, character }: Position): number =>
  text
    .split('\n')
    .slice(0, line)
    .reduce((sum, each) => sum + each.length + 1, 0) + character

/** A text with edits made. */
export const applied = (text: string, edits: readonly TextEdit[]): string =>
  edits
    .toSorted((a, b) => offsetOf(text, b.range.start) - offsetOf(text, a.range.start))
    .reduce(
      (sum, { range, newText }) =>
        sum.slice(0, offsetOf(text, range.start)) + newText + sum.slice(offsetOf(text, range.end)),
      text,
    )

/** The position of a word in a text: its `nth` mention, from 1; where `‸` stands in it, else in its middle. */
export const positionOf = (text: string, marked: string, nth = 1): Position => {
  const word = marked.replace('‸', '')
  let at = -1
  for (let seen = 0; seen < nth; seen++) at = text.indexOf(word, at + 1)
  if (at < 0) throw new Error(`no ${word} in the text`)
  const within = marked.includes('‸') ? marked.indexOf('‸') : Math.ceil(word.length / 2)
  const before = text.slice(0, at + within)
  return { line: before.split('\n').length - 1, character: before.length - before.lastIndexOf('\n') - 1 }
}

/** The text of a range with its line from 1: `12 base`. */
export const shown = (text: string, { start, end }: Range): string =>
  `${start.line + 1} ${text.slice(offsetOf(text, start), offsetOf(text, end))}`

/** A sound recipe in which every way to name something occurs. */
export const sound = `trimtab: 1
seed: 7
params:
  epochs: 3
  share: {type: number, default: 0.5, maximum: 0.9, description: Share of filters to remove.}
steps:
  digits: {kind: dataset, source: {digits: {examples: 400}}, split: {train: 0.8, validation: 0.1, test: 0.1}}
  base:
    kind: train
    description: The network to begin with.
    data: digits
    model:
      layers:
        - conv2d: {filters: 4, kernelSize: 3, activation: relu, name: stem}
        - maxPooling2d
        - flatten
        - dense: {units: 10, activation: softmax}
    epochs: \${{ params.epochs }}
  pruned: {kind: prune, model: base, granularity: filter, sparsity: "\${{ params.share }}"}
  tuned: {kind: finetune, model: pruned.model, data: digits, needs: [base], epochs: "\${{ params.epochs + 1 }}"}
  int8: {kind: quantize, model: tuned, data: digits, weights: int8}
  scores: {kind: evaluate, models: [base, tuned, int8], data: digits, reference: base}
gates:
  kept-accuracy: {check: int8.accuracy >= base.accuracy - 0.1}
  long: {check: scores.int8.accuracy > 0.1, when: tuned.bytes < base.bytes}
  paired: {nonInferior: {candidate: int8, reference: base, margin: 0.1}}
`
