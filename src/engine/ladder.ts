import type { EngineChoice, EngineName } from '../core/engine-name.js'
import { engineNames } from '../core/engine-name.js'
import { problem, type Problem } from '../core/problem.js'
import type { Result } from '../core/result.js'
import { failed, ok } from '../core/result.js'
import type { EngineReport } from './engine.js'

const whyNot = ({ why, notForAuto }: EngineReport): string | undefined => why ?? notForAuto

/** What a report advises, less the advice to go without: of several engines one is wanted. */
export const mendOf = ({ hint }: EngineReport): string | undefined =>
  hint?.replace(/[,;] or use `engine: wasm`\.$/, '.')

const reasonOf = (report: EngineReport): string => {
  const why = (whyNot(report) ?? 'nothing was found out about it').replace(/\.$/, '')
  const mend = mendOf(report)
  return `${report.name}: ${why}.${mend === undefined ? '' : ` ${mend}`}`
}

const otherThanLocked = (preferred: EngineName, taken: EngineName, why: string | undefined): Problem => ({
  ...problem(
    'engine-not-locked',
    `the lock file names the ${preferred} engine, which is not available here (${why ?? 'nothing was found out about it.'}): ${taken} is used, and results will differ`,
  ),
  severity: 'warning',
  hint: 'Make it available, or write the engine that is meant into the recipe: `engine: wasm`.',
})

const slower = (name: EngineName, why: string): Problem => ({
  ...problem('engine-slow', `the ${name} engine is slow here: ${why}`),
  severity: 'warning',
  hint: 'Use a processor with SSE4.1 or NEON, and Node without `--no-enable-sse4-1`.',
})

/**
 * Resolves what a recipe asked for to one engine. `auto` takes `preferred` (what the lock names) where it is available,
 * else with a warning the first available of native, webgpu and wasm; never cpu, and never a GPU interface that computes
 * on the processor. Problem `engine-missing`: what was asked for is not available; it says why, and what to do, of each
 * engine.
 */
export const chooseEngine = (
  asked: 'auto' | EngineName,
  reports: readonly EngineReport[],
  preferred?: EngineName,
): Result<EngineChoice> => {
  const ladder = engineNames.filter(name => name !== 'cpu' && name !== preferred)
  const wanted = asked !== 'auto' ? [asked] : preferred === undefined ? ladder : [preferred, ...ladder]
  const found = wanted.flatMap(name => reports.filter(report => report.name === name))
  const chosen = found.find(
    report => report.available && (asked !== 'auto' || report.notForAuto === undefined),
  )
  if (chosen === undefined) {
    const message =
      asked === 'auto'
        ? 'no engine is available here'
        : `the ${asked} engine is not available: ${found[0]?.why ?? 'nothing was found out about it.'}`
    const hint = asked === 'auto' ? found.map(reasonOf).join('\n') : found[0]?.hint
    return failed(problem('engine-missing', message, hint === undefined ? {} : { hint }))
  }
  const slow = chosen.slow === undefined ? [] : [slower(chosen.name, chosen.slow)]
  const choice = { name: chosen.name, version: chosen.version }
  if (asked === 'auto' && preferred !== undefined && chosen.name !== preferred)
    return ok(choice, [otherThanLocked(preferred, chosen.name, found[0] && whyNot(found[0])), ...slow])
  if (chosen.name !== 'cpu') return ok(choice, slow)
  return ok(choice, [
    {
      ...problem(
        'engine-slow',
        'the cpu engine trains convolutions about 500 times slower than wasm, and dense layers about 30 times',
      ),
      severity: 'warning',
      hint: 'Use `engine: wasm` unless you want an independent check of its numbers.',
    },
  ])
}
