import type { ItemKind, Item } from '../store/inventory.js'
import { formatBytes } from '../core/units.js'
import { count } from './figures.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** What `gc` found, as far as it is printed. */
export interface Cleared {
  readonly deleted: boolean
  readonly goes: readonly (Item & { readonly of?: string })[]
  readonly stays: readonly Item[]
  readonly keepers: readonly { readonly what: 'lock' | 'ref' | 'run'; readonly name: string }[]
  readonly absent: readonly string[]
  readonly living: number
}

const names: readonly (readonly [ItemKind, string])[] = [
  ['result', 'results'],
  ['object', 'objects'],
  ['run', 'runs'],
  ['checkpoint', 'checkpoints'],
  ['memo', 'memos'],
  ['damaged', 'damaged'],
  ['unfinished', 'unfinished'],
]

/** How many of the largest are told. */
const most = 5

const sum = (items: readonly Item[]): number => items.reduce((total, { bytes }) => total + bytes, 0)

const cells = (items: readonly Item[]): [string, string] =>
  items.length === 0 ? ['', ''] : [count(items.length), formatBytes(sum(items))]

const plural = (many: number, one: string): string => `${count(many)} ${one}${many === 1 ? '' : 's'}`

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`

const keptBy = ({ keepers, living }: Cleared): string => {
  const of = (what: string): number => keepers.filter(each => each.what === what).length
  const refs = new Set(keepers.flatMap(({ what, name }) => (what === 'ref' ? name.split(':')[0]! : [])))
  const parts = [
    of('lock') > 0 ? plural(of('lock'), 'lock file') : '',
    refs.size > 0
      ? `those of ${[...refs].slice(0, most).join(', ')}${refs.size > most ? ' …' : ''} in git`
      : '',
    of('run') > 0 ? plural(of('run'), 'run') : '',
    living > 0 ? `${plural(living, 'claim')} of what runs now` : '',
  ].filter(part => part !== '')
  return parts.length === 0 ? 'Nothing names what must stay.' : `Named by ${listed(parts)}.`
}

/** What goes and what stays, by kind, and the largest of what goes. */
export const gcLines = (cleared: Cleared, paint: Paint): string[] => {
  const { goes, stays, deleted, absent } = cleared
  const rows = names
    .map(([what, name]) => [
      name,
      ...cells(goes.filter(each => each.what === what)),
      ...cells(stays.filter(each => each.what === what)),
    ])
    .filter(cells => cells.slice(1).some(cell => cell !== ''))
  const largest = goes
    .filter(({ what }) => what === 'object' || what === 'checkpoint')
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, most)
  const left = absent.map(
    each =>
      `${paint.yellow('Not looked at')}: the locks of ${each}, from which runs of this store came; it is not here.`,
  )
  return [
    ...(rows.length === 0
      ? ['The store is empty.']
      : table(
          [
            { title: '' },
            { title: deleted ? 'gone' : 'goes', align: 'right' },
            { title: '', align: 'right' },
            { title: 'stays', align: 'right' },
            { title: '', align: 'right' },
          ],
          rows,
          paint,
        )),
    ...(largest.length > 0
      ? [
          '',
          ...table(
            [{ title: 'largest', align: 'right' }, { title: 'made by' }, { title: deleted ? 'was' : 'is' }],
            largest.map(({ bytes, of, what, name }) => [
              formatBytes(bytes),
              of ?? 'nobody that is known',
              `${what} ${name.slice(0, 12)}`,
            ]),
            paint,
          ),
        ]
      : []),
    '',
    keptBy(cleared),
    ...left,
    goes.length === 0
      ? 'There is nothing to delete.'
      : deleted
        ? `${formatBytes(sum(goes))} deleted.`
        : `${formatBytes(sum(goes))} would go. Nothing was deleted: \`trimtab gc --delete\` does.`,
  ]
}
