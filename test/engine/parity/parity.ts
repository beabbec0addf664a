import type { EngineName } from '../../../src/core/engine-name.js'
import { differenceOf } from '../../../src/core/promise.js'
import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { kernelParts } from './kernel-parts.js'
import { layerParts } from './layer-parts.js'
import { fitParts, netParts } from './net-parts.js'
import type { Case, Figures } from './parts.js'
import { recurrentParts } from './recurrent-parts.js'

export const parts: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  kernels: kernelParts,
  layers: layerParts,
  recurrent: recurrentParts,
  nets: netParts,
  fits: fitParts,
}

/** One figure that an engine and its oracle do not share. */
export interface Apart {
  readonly what: string
  readonly by: number
}

const computed = async (name: EngineName, cases: Readonly<Record<string, Case>>) => {
  await openEngine(name)
  const found = new Map<string, Figures | Error>()
  for (const [what, { run }] of Object.entries(cases))
    try {
      found.set(what, await run())
    } catch (error) {
      found.set(what, error as Error)
    }
  return found
}

const compare = (what: string, got: Figures | Error, want: Figures | Error): Apart[] => {
  if (got instanceof Error || want instanceof Error) {
    const error = got instanceof Error ? got : want
    return [{ what: `${what}: ${(error as Error).message}`, by: Infinity }]
  }
  return [...want].map(([part, values]) => ({
    what: `${what}, ${part}`,
    by: differenceOf(got.get(part) ?? [], values),
  }))
}

/** How far an engine is from its oracle in every case, the furthest first. */
export const distances = async (
  name: EngineName,
  cases: Readonly<Record<string, Case>>,
): Promise<readonly Apart[]> => {
  const mine = await computed(name, cases)
  const judged = (wasm: boolean) =>
    Object.fromEntries(Object.entries(cases).filter(([, { cpuWrong }]) => (cpuWrong !== undefined) === wasm))
  const oracle = new Map([
    ...(await computed('cpu', judged(false))),
    ...(Object.keys(judged(true)).length === 0 ? [] : await computed('wasm', judged(true))),
  ])
  return [...mine]
    .flatMap(([what, figures]) => compare(what, figures, oracle.get(what)!))
    .sort((a, b) => b.by - a.by)
}

/** Names of the kernels that ran while the cases did. */
export const kernelsOf = async (
  name: EngineName,
  cases: Readonly<Record<string, Case>>,
): Promise<ReadonlySet<string>> => {
  await openEngine(name)
  const seen = new Set<string>()
  const { state } = tf.engine()
  for (const { run } of Object.values(cases)) {
    state.profiling = true
    state.activeProfile.kernels = []
    await run()
    state.profiling = false
    for (const kernel of state.activeProfile.kernels) seen.add(kernel.name)
  }
  // Scopes that call kernels in turn, by tfjs's way of naming them.
  return new Set([...seen].filter(kernel => !/__op$|^[a-z ]+$/.test(kernel)))
}
