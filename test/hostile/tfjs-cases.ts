import type { Random } from '../../src/core/random.js'
import { choose, oneIn, pick, type HostileCase } from './case.js'
import { damaged } from './damages.js'
import { changes, flooded, type Json } from './json-changes.js'
import type { Base } from './tfjs-bases.js'

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
