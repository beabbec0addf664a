import { canMove, moveWeight } from '../engine/move.js'
import { tf } from '../engine/tf.js'
import { adadelta, adagrad, rmsprop } from './optimizers/adaptive.js'
import { adam, adamax, lion, nadam } from './optimizers/adam.js'
import { numberOf } from './optimizers/rule.js'
import type { MakeRule, Moment } from './optimizers/rule.js'
import { sgd } from './optimizers/sgd.js'

/** The rules by the recipe's names. */
export const rules: Readonly<Record<string, MakeRule>> = {
  sgd,
  adam,
  adamax,
  nadam,
  lion,
  rmsprop,
  adagrad,
  adadelta,
}

/** `{adam: {beta1: 0.9}}` taken apart. `weightDecay`, which all take, is decoupled (Loshchilov & Hutter 2019): with Adam, AdamW. */
export interface OptimizerChoice {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
}

/** What an optimizer remembers, as plain arrays by `weight:slot`: for checkpoints. */
export type OptimizerState = ReadonlyMap<string, Float32Array>

/** Moves weights along their gradients and remembers what its rule asks for. */
export interface Optimizer {
  /**
   * One step: `w ← w·(1 − η·weightDecay) + delta` for every gradient. Masked weights (1 kept, 0 removed, shaped as
   * the weight) end at exactly 0. Keeps the gradients; the caller disposes of them.
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): void
  /** Begins a step, and says the numbers that `move` wants of it. `apply` is these two. */
  begin(learningRate: number): readonly number[]
  move(gradients: ReadonlyMap<string, tf.Tensor>, scalars: readonly tf.Tensor[]): void
  /** What is remembered now, by `weight:slot`, of every variable; what is not there yet is made. */
  slots(): ReadonlyMap<string, tf.Tensor>
  /** Steps made so far. */
  readonly steps: number
  state(): Promise<OptimizerState>
  restore(state: OptimizerState, steps: number): void
  dispose(): void
}

/** An optimizer over variables by weight name. It owns its slots, not the variables. */
export const createOptimizer = (
  choice: OptimizerChoice,
  variables: ReadonlyMap<string, tf.Variable>,
  masks: ReadonlyMap<string, tf.Tensor> = new Map(),
): Optimizer => {
  const make = rules[choice.name]
  if (make === undefined) throw new Error(`no optimizer is named ${choice.name}`)
  const rule = make(choice.settings)
  const decay = numberOf(choice.settings, 'weightDecay', 0)
  const slots = new Map<string, tf.Tensor[]>()
  const slotsOf = (name: string, shape: readonly number[]): tf.Tensor[] => {
    const known = slots.get(name)
    if (known) return known
    const made = Object.values(rule.slots).map(first =>
      tf.keep(tf.tidy(() => tf.add(tf.zeros([...shape]), first))),
    )
    slots.set(name, made)
    return made
  }
  let steps = 0
  let moment: Moment = { learningRate: 0, step: 0 }

  const begin = (learningRate: number): readonly number[] => {
    steps++
    moment = { learningRate, step: steps }
    const scalars = rule.scalars(moment)
    return decay === 0 ? scalars : [...scalars, 1 - learningRate * decay]
  }

  const moveOne = (name: string, gradient: tf.Tensor, scalars: readonly tf.Tensor[]): void => {
    const variable = variables.get(name)
    if (variable === undefined) throw new Error(`no variable is named ${name}`)
    const held = slotsOf(name, variable.shape)
    const keep = 1 - moment.learningRate * decay
    const mask = masks.get(name)
    tf.tidy(() => {
      let next: readonly tf.Tensor[]
      if (canMove()) {
        const moved = moveWeight(rule.move(moment), variable, gradient, held, { keep, mask })
        variable.assign(moved.weight)
        next = moved.slots
      } else {
        const change = rule.change(gradient, held, scalars)
        const from = decay === 0 ? variable : tf.mul(variable, scalars.at(-1)!)
        const to = tf.add(from, change.delta)
        variable.assign(mask === undefined ? to : tf.mul(to, mask))
        next = change.slots
      }
      for (const tensor of next) tf.keep(tensor)
      slots.set(name, [...next])
    })
    for (const tensor of held) tensor.dispose()
  }

  const move: Optimizer['move'] = (gradients, scalars) => {
    for (const [name, gradient] of gradients) moveOne(name, gradient, scalars)
  }

  return {
    get steps() {
      return steps
    },
    begin,
    move,
    apply: (gradients, learningRate) => {
      const scalars = begin(learningRate)
      tf.tidy(() =>
        move(
          gradients,
          scalars.map(value => tf.scalar(value)),
        ),
      )
    },
    slots: () => {
      const names = Object.keys(rule.slots)
      const all = new Map<string, tf.Tensor>()
      for (const [name, { shape }] of variables)
        slotsOf(name, shape).forEach((tensor, i) => all.set(`${name}:${names[i]}`, tensor))
      return all
    },
    state: async () => {
      const state = new Map<string, Float32Array>()
      const names = Object.keys(rule.slots)
      for (const [name, held] of slots)
        for (const [i, tensor] of held.entries())
          state.set(`${name}:${names[i]}`, (await tensor.data()) as Float32Array)
      return state
    },
    restore: (state, made) => {
      steps = made
      for (const [name, variable] of variables) {
        const held = slotsOf(name, variable.shape)
        const restored = Object.keys(rule.slots).map((slot, i) => {
          const values = state.get(`${name}:${slot}`)
          return values === undefined ? held[i]! : tf.keep(tf.tensor(values, variable.shape))
        })
        for (const [i, tensor] of held.entries()) if (restored[i] !== tensor) tensor.dispose()
        slots.set(name, restored)
      }
    },
    dispose: () => {
      for (const held of slots.values()) tf.dispose(held)
      slots.clear()
    },
  }
}
