import type { Random } from '../../src/core/random.js'
import { choose, oneIn, pick, type HostileCase } from './case.js'
import { damaged } from './damages.js'
import type { Base } from './tfjs-bases.js'

type Json = Record<string, unknown>
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

const changes: readonly (readonly [number, (json: Json, random: Random) => void])[] = [
  [20, otherValue],
  [20, otherNumber],
  [12, removed],
  [8, copied],
  [8, doubled],
  [6, renamed],
  [6, added],
]

/** A text of JSON that is deep, wide or long somewhere. */
const flooded = (text: string, random: Random): string => {
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

/** A chain of so many layers without weights. */
const chain = (count: number, functional: boolean): Json => {
  const config = (name: string): Json => ({ name, class_name: 'Flatten', config: { name } })
  const name = (place: number): string => `f${place}`
  const layers: Json[] = Array.from({ length: count }, (_, place) => ({
    ...config(name(place)),
    ...(functional ? { inbound_nodes: [[[place === 0 ? 'in' : name(place - 1), 0, 0, {}]]] } : {}),
  }))
  const first = {
    class_name: 'InputLayer',
    name: 'in',
    config: { name: 'in', batch_input_shape: [null, 2, 3] },
    inbound_nodes: [],
  }
  const all = [first, ...layers]
  return {
    modelTopology: functional
      ? {
          class_name: 'Model',
          config: { layers: all, input_layers: [['in', 0, 0]], output_layers: [[name(count - 1), 0, 0]] },
        }
      : { class_name: 'Sequential', config: { layers: all } },
    weightsManifest: [],
  }
}

interface Files {
  readonly files: Map<string, Uint8Array>
  readonly links: Map<string, string>
}

/** Where a shard may not lie, or what it may not be. `outside` holds the same bytes as the first shard. */
const misplaced = (json: Json, { files, links }: Files, random: Random): boolean => {
  const paths = (json['weightsManifest'] as { paths: string[] }[])[0]!.paths
  const [first] = paths as [string]
  const outside = `../outside/${pick(['first', 'first', 'none'], random)}`
  const rename = (path: string): void => void (paths[0] = path)
  const link = (to: string): void => {
    files.delete(first)
    links.set(first, to)
  }
  return choose<() => boolean>(
    [
      [3, () => (rename(outside), true)],
      [2, () => (rename(`x/../../outside/first`), true)],
      [2, () => (rename('{OUTSIDE}/first'), true)],
      [1, () => (rename('file://{OUTSIDE}/first'), false)],
      [1, () => (rename('https://example.com/w.bin'), false)],
      [1, () => (rename('..\\outside\\first'), false)],
      [1, () => (rename(`${first}\0`), false)],
      [1, () => (rename('x'.repeat(pick([300, 5000], random))), false)],
      [1, () => (rename('.'), false)],
      [1, () => (rename('model.json'), false)],
      [4, () => (link(outside), true)],
      [2, () => (files.delete(first), links.set('sub', '../outside'), rename('sub/first'), true)],
      [1, () => (link(first), false)],
      [2, () => (link(pick(['/dev/zero', '/dev/null', '/proc/self/environ', '/proc/kmsg'], random)), true)],
      [2, () => (link('{PIPE}'), false)],
      [1, () => (link('.'), false)],
      [2, () => (paths.push(...Array<string>(pick([1, 100, 20_000], random)).fill(first)), false)],
    ],
    random,
  )()
}

const notFinite = (bytes: Buffer, random: Random): Buffer => {
  const made = Buffer.from(bytes)
  if (made.length >= 4)
    made.writeFloatLE(pick([NaN, Infinity, -Infinity], random), 4 * random.below(Math.floor(made.length / 4)))
  return made
}

export const tfjsCase =
  (bases: readonly Base[]) =>
  (random: Random): HostileCase => {
    const base = pick(bases, random)
    const json = structuredClone(base.json)
    const files = new Map<string, Uint8Array>(
      Object.entries(base.shards).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
    )
    const links = new Map<string, string>()
    const sound = oneIn(16, random)
    let text: Buffer | string | undefined
    let what = 'sound'
    let escapes = false
    const onShard = (word: string, change: (bytes: Buffer) => Uint8Array): void => {
      what = word
      const name = pick([...files.keys()], random)
      files.set(name, change(Buffer.from(files.get(name)!)))
    }
    if (!sound)
      choose<() => void>(
        [
          [
            50,
            () => {
              what = 'changed'
              for (let count = pick([1, 1, 1, 2, 3], random); count > 0; count--)
                choose(changes, random)(json, random)
            },
          ],
          [14, () => void ((what = 'text'), (text = damaged(Buffer.from(JSON.stringify(json)), random)))],
          [6, () => void ((what = 'flood'), (text = flooded(JSON.stringify(json), random)))],
          [12, () => void ((what = 'misplaced'), (escapes = misplaced(json, { files, links }, random)))],
          [10, () => onShard('shard', bytes => damaged(bytes, random))],
          [3, () => onShard('not finite', bytes => notFinite(bytes, random))],
          [
            1,
            () => {
              const count = pick([100, 4000, 30_000], random)
              what = `chain of ${count}`
              text = JSON.stringify(chain(count, oneIn(2, random)))
            },
          ],
        ],
        random,
      )()
    files.set('model.json', Buffer.from((text ?? JSON.stringify(json)) as string))
    return {
      what: `tfjs ${base.name} ${what}`,
      kind: 'model',
      config: { source: { tfjs: 'model.json' } },
      files,
      links,
      sound,
      escapes,
    }
  }
