import { engineNames, type EngineChoice, type EngineName } from '../core/engine-name.js'
import type { Span } from '../core/problem.js'
import type { Result } from '../core/result.js'
import type { Step } from '../language/recipe.js'
import type { Lock } from '../store/lock.js'
import type { Draft } from './expand.js'
import type { Problems } from './placed.js'

type Asked = EngineName | 'auto'

export interface Engines {
  /** The engine that a step's `engine` means; what is wrong with it is said where the step asks for it. */
  of(step: Step): EngineChoice
  /** The engine of steps that ask for none. */
  readonly usual: EngineChoice
}

/**
 * The engine that a lock names for steps that leave theirs to `auto`: that of most of them. Undefined where it names
 * none, or `cpu`, which `auto` never takes.
 */
export const lockedEngine = (
  { steps }: Lock,
  drafts: readonly Draft[],
  usual: Asked,
): EngineName | undefined => {
  const counts = new Map<EngineName, number>()
  for (const { id, step } of drafts) {
    const name = Object.hasOwn(steps, id) ? steps[id]!.engine?.name : undefined
    if (name === undefined || name === 'cpu' || step.engine !== 'auto' || usual !== 'auto') continue
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const most = Math.max(...counts.values())
  return engineNames.find(name => counts.get(name) === most)
}

/** Resolves each engine that is asked for once: keys hold what `auto` came to. */
export const resolveEngines = (
  usual: Asked,
  steps: readonly Step[],
  choose: (asked: Asked) => Result<EngineChoice>,
  problems: Problems,
): Engines => {
  const known = new Map<Asked, Result<EngineChoice>>()
  const ask = (asked: Asked): Result<EngineChoice> => {
    const found = known.get(asked) ?? choose(asked)
    known.set(asked, found)
    return found
  }
  // A plan with problems never runs, but it is still shown.
  const choiceOf = (asked: Asked): EngineChoice => {
    const found = ask(asked)
    return found.ok ? found.value : { name: asked === 'auto' ? 'wasm' : asked, version: '' }
  }
  const say = (asked: Asked, at?: Span): void =>
    problems.add(...ask(asked).problems.map(each => (each.at || !at ? each : { ...each, at })))

  const askedBy = ({ engine }: Step): Asked => (engine === 'auto' ? usual : engine)
  for (const step of steps) {
    if (!step.spec?.computes) continue
    const asked = askedBy(step)
    // What the recipe asks for as a whole is said once, and not at each step.
    if (asked === usual) say(asked)
    else say(asked, step.locate(['engine']))
  }
  return { of: step => choiceOf(askedBy(step)), usual: choiceOf(usual) }
}
