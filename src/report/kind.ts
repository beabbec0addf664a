import type { KindDocs } from '../core/kind-docs.js'
import type { Paint } from './paint.js'
import { table } from './table.js'
import { wrap } from './wrap.js'

/** Every kind with the first sentence of its description. */
export const kindsLines = (kinds: readonly KindDocs[], paint: Paint): string[] => [
  ...table(
    [{ title: 'kind' }, { title: 'takes' }, { title: 'makes' }, { title: 'what it does' }],
    kinds.map(each => [
      paint.bold(each.kind),
      each.ports.map(port => (port.required ? port.name : `[${port.name}]`)).join(', '),
      each.outputs.map(output => output.type).join(', '),
      (/^.*?\.(?=\s|$)/.exec(each.description)?.[0] ?? each.description).trim(),
    ]),
    paint,
  ),
  '',
  paint.dim('trimtab kinds KIND shows one whole.'),
]

/** One kind as a page of a manual. */
export const kindLines = (each: KindDocs, paint: Paint, columns: number): string[] => {
  const wide = Math.max(40, Math.min(columns, 110))
  const entry = (name: string, type: string, note: string, text: string): string[] => [
    `  ${paint.bold(name)}  ${paint.cyan(type)}${note === '' ? '' : `  ${paint.dim(note)}`}`,
    ...wrap(text, wide - 6).map(line => `      ${line}`),
  ]
  return [
    paint.bold(each.kind),
    ...wrap(each.description, wide),
    ...each.notes.flatMap(note => wrap(note, wide)),
    '',
    paint.dim('INPUTS'),
    ...each.ports.flatMap(port =>
      entry(port.name, port.takes, port.required ? 'required' : 'optional', port.description),
    ),
    '',
    paint.dim('OUTPUTS'),
    ...each.outputs.flatMap(output => entry(output.name, output.type, '', '')),
    '',
    paint.dim('FIELDS'),
    ...each.fields.flatMap(field =>
      entry(
        field.name,
        field.type,
        field.required ? 'required' : field.fallback === undefined ? '' : `default ${field.fallback}`,
        field.description,
      ),
    ),
  ]
}
