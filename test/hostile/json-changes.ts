import type { Random } from '../../src/core/random.js'
import { pick } from './case.js'

/** A JSON value that is changed where it stands. */
export type Json = Record<string, unknown>
type Holder = { readonly in: Json | unknown[]; readonly key: string | number }

const isHolder = (value: unknown): value is Json | unknown[] => typeof value === 'object' && value !== null

/** Every place of a JSON value. */
const placesIn = (value: unknown, found: Holder[] = []): Holder[] => {
  if (!isHolder(value)) return found
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push({ in: value, key })
    placesIn((value as Json)[key], found)
  }
  return found
}

const at = ({ in: holder, key }: Holder): unknown => (holder as Json)[key]
const set = ({ in: holder, key }: Holder, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true })
}
const drop = ({ in: holder, key }: Holder): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key as string]
}

const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  0.5,
  1e9,
  2 ** 31,
  2 ** 53,
  1e200,
  -1e300,
  '',
  'x',
  '__proto__',
  'constructor',
  'input',
  '../..',
  [],
  {},
  [null],
  [1, 2, 3],
  [[]],
  { name: 'x' },
  [-1],
  [0],
  [1e9, 1e9],
  'x'.repeat(3000),
  'NaN',
  'float32',
  'string',
  'complex64',
  'bool',
  'same',
  'relu',
  'Dense',
  'Flatten',
  'Lambda',
  'InputLayer',
  'channels_first',
  { class_name: 'Dense', config: {} },
  ['a', 0, 0, {}],
  [['a', 0, 0, {}]],
]
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'name',
  'shape',
  'dtype',
  'class_name',
  'config',
  'units',
  'inbound_nodes',
]

const otherValue = (json: Json, random: Random): void =>
  set(pick(placesIn(json), random), structuredClone(pick(strange, random)))
const otherNumber = (json: Json, random: Random): void => {
  const numbers = placesIn(json).filter(each => typeof at(each) === 'number')
  if (numbers.length > 0)
    set(pick(numbers, random), pick([0, -1, 1, 2, 3, 7, 1.5, 1e6, 1e9, 2 ** 32, 1e18, 1e200], random))
}
const removed = (json: Json, random: Random): void => drop(pick(placesIn(json), random))
const copied = (json: Json, random: Random): void => {
  const places = placesIn(json)
  set(pick(places, random), structuredClone(at(pick(places, random))))
}
const doubled = (json: Json, random: Random): void => {
  const lists = placesIn(json).filter(each => Array.isArray(at(each)) && (at(each) as unknown[]).length > 0)
  if (lists.length === 0) return
  const list = at(pick(lists, random)) as unknown[]
  const item = structuredClone(pick(list, random))
  for (let count = pick([1, 1, 2, 50, 3000], random); count > 0; count--)
    list.splice(random.below(list.length), 0, item)
}
const renamed = (json: Json, random: Random): void => {
  const places = placesIn(json).filter(({ in: holder }) => !Array.isArray(holder))
  const place = pick(places, random)
  const value = at(place)
  drop(place)
  set({ in: place.in, key: pick(keys, random) }, value)
}
const added = (json: Json, random: Random): void => {
  const holders = placesIn(json)
    .map(at)
    .filter(each => isHolder(each) && !Array.isArray(each)) as Json[]
  set({ in: pick(holders, random), key: pick(keys, random) }, structuredClone(pick(strange, random)))
}

/** What is done to a place of a JSON value, and how often. */
export const changes: readonly (readonly [number, (json: Json, random: Random) => void])[] = [
  [20, otherValue],
  [20, otherNumber],
  [12, removed],
  [8, copied],
  [8, doubled],
  [6, renamed],
  [6, added],
]

/** A text of JSON that is deep, wide or long somewhere. */
export const flooded = (text: string, random: Random): string => {
  const count = pick([100, 5000, 200_000], random)
  const flood = pick(
    [
      '['.repeat(count),
      `${'['.repeat(count)}1${']'.repeat(count)}`,
      '{"a":'.repeat(count),
      `${'{"a":'.repeat(count)}1${'}'.repeat(count)}`,
      `[${'{},'.repeat(count)}{}]`,
      `[${'1,'.repeat(count)}1]`,
      `"${'x'.repeat(count * 10)}"`,
      '9'.repeat(count),
      '1e999',
      '-1e999',
      `[${'"a",'.repeat(count)}"a"]`,
      '"\\u0000"',
      '"\\ud800"',
      `{${Array.from({ length: count }, (_, key) => `"k${key}":1`).join(',')}}`,
    ],
    random,
  )
  const values = [...text.matchAll(/:(?=[\d"[{tfn])/g)]
  const { index } = pick(values, random)
  const rest = text.slice(index + 1)
  const replaced = /^(?:-?[\d.e+-]+|"[^"]*"|\[\]|\{\}|true|false|null)/.exec(rest)?.[0] ?? ''
  return `${text.slice(0, index + 1)}${flood}${replaced === '' ? ',' : ''}${rest.slice(replaced.length)}`
}
