import {
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type CompletionItem,
} from 'vscode-languageserver/node'
import {
  completeCompared,
  completeMetrics,
  completePaired,
  completeParams,
  expressionAt,
} from '../../language/editor/complete-expressions.js'
import { completeLayers, rulesAt } from '../../language/editor/complete-layers.js'
import { completeReferences } from '../../language/editor/complete-references.js'
import { completeFromSchema } from '../../language/editor/complete-schema.js'
import type { Completion } from '../../language/editor/completion.js'
import { cursorAt, expressionBefore } from '../../language/editor/cursor.js'
import { schemaOf } from './kinds.js'
import { layersFor, measuredIn } from './known.js'
import { knownParams, knownSteps, outlineIn, type RecipeDocument } from './recipe-document.js'

const icons: Readonly<Record<Completion['is'], CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  word: CompletionItemKind.Value,
  step: CompletionItemKind.Reference,
  output: CompletionItemKind.Field,
  param: CompletionItemKind.Variable,
  layer: CompletionItemKind.Struct,
  metric: CompletionItemKind.Field,
  function: CompletionItemKind.Function,
}

interface Proposals {
  readonly items: readonly Completion[]
  readonly start: number
  readonly end: number
}

/** The word of an expression around the cursor: a minus sign ends it. */
const wordAround = (text: string, offset: number): { readonly start: number; readonly end: number } => ({
  start: offset - /\w*$/.exec(text.slice(Math.max(0, offset - 200), offset))![0].length,
  end: offset + /^\w*/.exec(text.slice(offset, offset + 200))![0].length,
})

const proposalsAt = (document: RecipeDocument, offset: number): Proposals | undefined => {
  const { kinds } = document
  const text = document.text.getText()
  const word = wordAround(text, offset)
  const cursor = cursorAt(document.path, text, offset)
  const expression = expressionBefore(text, offset)
  const steps = () => knownSteps(document, cursor?.outline ?? outlineIn(document), kinds)
  if (expression !== undefined) {
    const [part, id] = cursor?.path ?? []
    const axes = part === 'steps' ? (steps().get(String(id))?.axes ?? []) : []
    return { ...word, items: completeParams(expression, knownParams(document, outlineIn(document)), axes) }
  }
  if (!cursor) return undefined
  const { start, end, path, value } = cursor
  const plan = document.planned?.plan
  const cel = expressionAt(cursor)
  if (cel === 'metrics') {
    const choice = path[0] === 'steps' && path[2] !== 'when' ? String(path[1]) : undefined
    return { ...word, items: completeMetrics(value, measuredIn(plan), choice) }
  }
  if (cel === 'step') return { ...word, items: completeCompared(String(path[2]), measuredIn(plan)) }
  if (cel === 'metric') return { ...word, items: completePaired(measuredIn(plan)) }
  if (cel === 'each') {
    const matrices = [...steps().values()].filter(({ axes }) => axes.length > 0)
    return {
      start,
      end,
      items: matrices.map(({ id, axes }) => ({ label: id, is: 'step', detail: axes.join(', ') })),
    }
  }
  const rules = rulesAt(cursor)
  if (rules !== undefined)
    return { start, end, items: completeLayers(layersFor(plan, cursor.outline, rules)) }
  const references = completeReferences(cursor, steps(), kinds) ?? []
  return { start, end, items: [...references, ...completeFromSchema(schemaOf(kinds), cursor)] }
}

/** What may be written at an offset of a document. */
export const completionsAt = (document: RecipeDocument, offset: number): CompletionItem[] => {
  const found = proposalsAt(document, offset)
  if (!found) return []
  const { text } = document
  const range = { start: text.positionAt(found.start), end: text.positionAt(found.end) }
  return found.items.map(({ label, is, detail, documentation, insert, snippet, rank = 1 }, index) => ({
    label,
    kind: icons[is],
    sortText: `${rank}${String(index).padStart(4, '0')}`,
    insertTextFormat: snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: insert ?? label },
    ...(detail === undefined ? {} : { detail }),
    ...(documentation === undefined
      ? {}
      : { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
  }))
}
