import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Binding, Numbers, TensorMeta } from './binding.js'
import { dtypes } from './binding.js'
import type { Signature } from './emit.js'
import type { Program } from './program.js'
import { encodeSavedModel, savedModelTag } from './saved-model.js'

/** A graph at work. Everything is synchronous: the addon returns when it is done. */
export interface Session {
  /** Runs a signature on one array for each of its feeds and gives one for each of its fetches. */
  run(signature: Signature, feeds: ReadonlyMap<string, Numbers>): Map<string, Numbers>
  /** Copies of what variables hold. */
  read(keys: readonly string[]): Map<string, Numbers>
  /** Gives variables other values; arrays are copied. */
  assign(values: ReadonlyMap<string, Numbers>): void
  dispose(): void
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)

const outputs = (names: readonly string[]): string => names.map(name => `${name}:0`).join(',')

/** Bytes that one assignment hands over at most. */
const assignedAtOnce = 256 * 2 ** 20

/** Puts the graph of a program into the memory of the engine. Its folder, which the addon needs for a moment, is gone again when this returns. */
const load = (binding: Binding, program: Program): number => {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-graph-'))
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(program.nodes))
    return binding.loadSavedModel(folder, savedModelTag)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Starts a program. All of its variables must have values: those of `first`, by key, and the captured ones that it brings. */
export const openSession = (
  binding: Binding,
  program: Program,
  first: ReadonlyMap<string, Numbers>,
): Session => {
  const model = load(binding, program)
  let open = true

  const collect = (metas: readonly TensorMeta[], keys: readonly string[]): Map<string, Numbers> => {
    const results = new Map<string, Numbers>()
    metas.forEach(({ id }, at) => {
      results.set(keys[at]!, binding.tensorDataSync(id))
      binding.deleteTensor(id)
    })
    return results
  }
  const run = (
    given: readonly {
      readonly node: string
      readonly shape: readonly number[]
      readonly dtype: number
      readonly values: Numbers
    }[],
    wanted: readonly string[],
    keys: readonly string[],
  ): Map<string, Numbers> => {
    if (!open) throw new Error('the session is closed')
    const ids: number[] = []
    try {
      for (const { shape, dtype, values } of given) ids.push(binding.createTensor(shape, dtype, values))
      const metas = binding.runSavedModel(model, ids, outputs(given.map(({ node }) => node)), outputs(wanted))
      return collect(metas, keys)
    } finally {
      for (const id of ids) binding.deleteTensor(id)
    }
  }
  /** The addon checks neither type nor shape against the placeholder's. */
  const checked = (
    key: string,
    dtype: number,
    shape: readonly number[],
    values: Numbers | undefined,
  ): Numbers => {
    if (values === undefined) throw new Error(`nothing was given for ${key}`)
    const fits =
      dtype === dtypes.float32
        ? values instanceof Float32Array
        : dtype === dtypes.int32
          ? values instanceof Int32Array
          : values instanceof Uint8Array
    if (!fits || values.length !== sizeOf(shape))
      throw new Error(
        `${key} is ${values.constructor.name} of ${values.length}, the graph takes ${shape.join('×')}`,
      )
    return values
  }

  const assign: Session['assign'] = values => {
    let batch: { key: string; node: string; shape: readonly number[]; dtype: number; values: Numbers }[] = []
    let bytes = 0
    const flush = (): void => {
      if (batch.length > 0)
        run(
          batch,
          batch.map(({ node }) => node.replace(/value$/, 'set')),
          batch.map(({ key }) => key),
        )
      batch = []
      bytes = 0
    }
    for (const [key, array] of values) {
      const variable = program.variables.get(key)
      if (variable === undefined) throw new Error(`the graph has no variable ${key}`)
      const { dtype, shape } = variable
      batch.push({
        key,
        node: `${program.variable(key, variable)}/value`,
        shape,
        dtype,
        values: checked(key, dtype, shape, array),
      })
      bytes += array.byteLength
      if (bytes >= assignedAtOnce) flush()
    }
    flush()
  }

  const session: Session = {
    run: (signature, feeds) => {
      const given = signature.feeds.map(({ key, node, dtype, shape }) => ({
        node,
        shape,
        dtype,
        values: checked(key, dtype, shape, feeds.get(key)),
      }))
      return run(given, [...signature.fetches.values()], [...signature.fetches.keys()])
    },
    read: keys =>
      keys.length === 0
        ? new Map()
        : run(
            [],
            keys.map(key => `${program.variable(key, program.variables.get(key)!)}/read`),
            keys,
          ),
    assign,
    dispose: () => {
      if (open) binding.deleteSavedModel(model)
      open = false
    },
  }
  const values = new Map<string, Numbers>([...program.captured].map(([key, { values }]) => [key, values]))
  for (const [key, array] of first) values.set(key, array)
  const missing = [...program.variables.keys()].filter(key => !values.has(key))
  try {
    if (missing.length > 0) throw new Error(`no first value of ${missing.join(', ')}`)
    assign(new Map([...values].filter(([key]) => program.variables.has(key))))
  } catch (error) {
    session.dispose()
    throw error
  }
  return session
}
