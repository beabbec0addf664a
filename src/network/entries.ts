import { didYouMean } from '../core/nearest.js'
import type { Fault, Path } from '../core/problem.js'
import { findLayerType, layerNames } from './catalogue.js'
import { checkConfig } from './check-config.js'
import type { LayerType } from './layer-type.js'
import { inputName } from './network.js'

/** An entry of the list on its way to a node. No `type` or `config`: it is faulty, and its place is kept. */
export interface Entry {
  readonly path: Path
  readonly type?: LayerType
  readonly config?: Readonly<Record<string, unknown>>
  readonly given?: string
  readonly from?: readonly string[]
}

/** Reads one entry of `layers`. */
export const readEntry = (written: unknown, index: number, faults: Fault[]): Entry => {
  const path: Path = ['layers', index]
  const isMap = typeof written === 'object' && written !== null && !Array.isArray(written)
  const keys = isMap ? Object.keys(written) : []
  const name = typeof written === 'string' ? written : keys.length === 1 ? keys[0]! : undefined
  if (name === undefined) {
    faults.push({
      code: 'wrong-value',
      message:
        keys.length > 1
          ? `a layer is a map with one key, its type; here are ${keys.length}: ${keys.join(', ')}`
          : 'a layer is a name, or a map with its type as the only key',
      path,
      hint: 'Write `- dense: {units: 10}`, with the fields inside the braces or indented under the type.',
    })
    return { path }
  }
  const type = findLayerType(name)
  if (!type) {
    const hint = didYouMean(name, layerNames) ?? 'Layer types: `trimtab kinds` and the docs list them.'
    faults.push({
      code: 'unknown-layer',
      message: `there is no layer type "${name}"`,
      path: isMap ? [...path, name] : path,
      hint,
    })
  }
  const value = isMap ? (written as Record<string, unknown>)[name] : undefined
  const at = isMap ? [...path, name] : path
  if (!type) {
    // Its name and inputs still count, or every mention of them would be an echo.
    const loose = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    return {
      path: at,
      ...(typeof loose['name'] === 'string' ? { given: loose['name'] } : {}),
      ...(typeof loose['from'] === 'string' ? { from: [loose['from']] } : {}),
    }
  }
  const checked = checkConfig(type, value)
  for (const fault of checked.faults) faults.push({ ...fault, path: [...at, ...(fault.path ?? [])] })
  return {
    path: at,
    type,
    ...(checked.faults.length === 0 ? { config: checked.config } : {}),
    ...(checked.name === undefined ? {} : { given: checked.name }),
    ...(checked.from === undefined ? {} : { from: checked.from }),
  }
}

/** Names: the given ones, and for the others their type and a number, counted among the unnamed of that type. */
export const nameEntries = (entries: readonly Entry[], faults: Fault[]): string[] => {
  const taken = new Set<string>([inputName])
  for (const { given, path } of entries) {
    if (given === undefined) continue
    if (taken.has(given))
      faults.push({
        code: 'duplicate-name',
        message:
          given === inputName
            ? `"${inputName}" names the network's own input`
            : `two layers are named "${given}"`,
        path: [...path, 'name'],
        hint: 'Give each layer a name of its own.',
      })
    taken.add(given)
  }
  const counts = new Map<string, number>()
  return entries.map(({ given, type }) => {
    if (given !== undefined) return given
    const prefix = type?.type ?? '?'
    let count = counts.get(prefix) ?? 0
    do count++
    while (taken.has(`${prefix}_${count}`))
    counts.set(prefix, count)
    return `${prefix}_${count}`
  })
}
