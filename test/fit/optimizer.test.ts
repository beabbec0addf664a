import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { createOptimizer, rules } from '../../src/fit/optimizer.js'
import type { OptimizerChoice } from '../../src/fit/optimizer.js'
import { optimizers } from '../../src/network/optimizers.js'
import { assert, suite } from '../suite.js'

const test = suite('optimizer')

test.before(async () => {
  await openEngine('wasm')
})

type Scalar = (gradients: readonly number[], eta: number, first: number) => number

/** The papers' formulas for one number in float64, written apart from the code under test. */
const oracles: Record<string, { choice: OptimizerChoice; formula: Scalar }> = {
  sgd: {
    choice: { name: 'sgd', settings: {} },
    formula: (gs, eta, w) => gs.reduce((at, g) => at - eta * g, w),
  },
  momentum: {
    choice: { name: 'sgd', settings: { momentum: 0.8 } },
    formula: (gs, eta, w) => {
      let v = 0
      for (const g of gs) w += v = 0.8 * v - eta * g
      return w
    },
  },
  nesterov: {
    choice: { name: 'sgd', settings: { momentum: 0.8, nesterov: true } },
    formula: (gs, eta, w) => {
      let v = 0
      for (const g of gs) {
        v = 0.8 * v - eta * g
        w += 0.8 * v - eta * g
      }
      return w
    },
  },
  adam: {
    choice: { name: 'adam', settings: { epsilon: 1e-3 } },
    formula: (gs, eta, w) => {
      let m = 0
      let v = 0
      gs.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        const t = i + 1
        w -= (eta * Math.sqrt(1 - 0.999 ** t) * m) / ((1 - 0.9 ** t) * (Math.sqrt(v) + 1e-3))
      })
      return w
    },
  },
  amsgrad: {
    choice: { name: 'adam', settings: { amsgrad: true, beta2: 0.5 } },
    formula: (gs, eta, w) => {
      let m = 0
      let v = 0
      let top = 0
      gs.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g
        v = 0.5 * v + 0.5 * g * g
        top = Math.max(top, v)
        const t = i + 1
        w -= (eta * Math.sqrt(1 - 0.5 ** t) * m) / ((1 - 0.9 ** t) * (Math.sqrt(top) + 1e-7))
      })
      return w
    },
  },
  adamw: {
    choice: { name: 'adam', settings: { epsilon: 1e-12, weightDecay: 0.1 } },
    formula: (gs, eta, w) => {
      let m = 0
      let v = 0
      gs.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w -= eta * 0.1 * w
        w -= (eta * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-12)
      })
      return w
    },
  },
  adamax: {
    choice: { name: 'adamax', settings: {} },
    formula: (gs, eta, w) => {
      let m = 0
      let u = 0
      gs.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g
        u = Math.max(0.999 * u, Math.abs(g))
        w -= (eta / (1 - 0.9 ** (i + 1))) * (m / (u + 1e-7))
      })
      return w
    },
  },
  nadam: {
    choice: { name: 'nadam', settings: {} },
    formula: (gs, eta, w) => {
      let m = 0
      let v = 0
      let product = 1
      gs.forEach((g, i) => {
        const t = i + 1
        const mu = 0.9 * (1 - 0.5 * 0.96 ** t)
        const muNext = 0.9 * (1 - 0.5 * 0.96 ** (t + 1))
        product *= mu
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        const ahead = (muNext * m) / (1 - product * muNext) + ((1 - mu) * g) / (1 - product)
        w -= (eta * ahead) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-7)
      })
      return w
    },
  },
  lion: {
    choice: { name: 'lion', settings: {} },
    formula: (gs, eta, w) => {
      let m = 0
      for (const g of gs) {
        w -= eta * Math.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
      }
      return w
    },
  },
  rmsprop: {
    choice: { name: 'rmsprop', settings: { epsilon: 1e-3 } },
    formula: (gs, eta, w) => {
      let v = 0
      for (const g of gs) {
        v = 0.9 * v + 0.1 * g * g
        w -= (eta * g) / Math.sqrt(v + 1e-3)
      }
      return w
    },
  },
  'rmsprop, centred with momentum': {
    choice: { name: 'rmsprop', settings: { epsilon: 1e-3, centered: true, momentum: 0.7 } },
    formula: (gs, eta, w) => {
      let v = 0
      let mean = 0
      let speed = 0
      for (const g of gs) {
        v = 0.9 * v + 0.1 * g * g
        mean = 0.9 * mean + 0.1 * g
        speed = 0.7 * speed + (eta * g) / Math.sqrt(v - mean * mean + 1e-3)
        w -= speed
      }
      return w
    },
  },
  adagrad: {
    choice: { name: 'adagrad', settings: {} },
    formula: (gs, eta, w) => {
      let sum = 0.1
      for (const g of gs) {
        sum += g * g
        w -= (eta * g) / Math.sqrt(sum + 1e-7)
      }
      return w
    },
  },
  adadelta: {
    choice: { name: 'adadelta', settings: {} },
    formula: (gs, eta, w) => {
      let sum = 0
      let moved = 0
      for (const g of gs) {
        sum = 0.95 * sum + 0.05 * g * g
        const delta = (-g * Math.sqrt(moved + 1e-7)) / Math.sqrt(sum + 1e-7)
        moved = 0.95 * moved + 0.05 * delta * delta
        w += eta * delta
      }
      return w
    },
  },
}

const paths = [
  [0.5, -0.25, 3, 0, 1e-3],
  [-2, -2, -2, 4, 0.125],
  [1e-4, 2e-4, -1e-4, 5e-4, 3e-4],
]
const firsts = [0.3, -1.5, 2]

for (const [name, { choice, formula }] of Object.entries(oracles))
  test(`${name} follows its formula over five steps`, () => {
    const before = tf.memory().numTensors
    const variable = tf.tidy(() => tf.variable(tf.tensor(firsts)))
    const optimizer = createOptimizer(choice, new Map([['w', variable]]))
    for (let step = 0; step < 5; step++)
      tf.tidy(() => optimizer.apply(new Map([['w', tf.tensor(paths.map(path => path[step]!))]]), 0.05))
    const got = variable.dataSync()
    paths.forEach((path, i) => {
      const want = formula(path, 0.05, firsts[i]!)
      assert.ok(Math.abs(got[i]! - want) <= 3e-6 * Math.max(1, Math.abs(want)), `${got[i]} and not ${want}`)
    })
    optimizer.dispose()
    variable.dispose()
    assert.is(tf.memory().numTensors, before, 'tensors are left over')
  })

test('a removed weight stays exactly 0 whatever the rule and its momentum', () => {
  for (const { choice } of Object.values(oracles)) {
    const variable = tf.variable(tf.tensor([0, 1, 0, -2]))
    const mask = tf.tensor([0, 1, 0, 1])
    const optimizer = createOptimizer(choice, new Map([['w', variable]]), new Map([['w', mask]]))
    for (let step = 0; step < 7; step++)
      tf.tidy(() => optimizer.apply(new Map([['w', tf.tensor([1, 0.1, -5, 0.2])]]), 0.1))
    const [a, b, c, d] = variable.dataSync()
    assert.ok(a === 0 && c === 0, `${choice.name}: ${a}, ${c}`)
    assert.ok(b !== 1 && d !== -2, `${choice.name} moves the kept weights`)
    optimizer.dispose()
    tf.dispose([variable, mask])
  }
})

test('every optimizer of the recipe has its rule', () => {
  assert.equal(Object.keys(rules).sort(), Object.keys(optimizers).sort())
})

test('state and restore go on with the same bits', async () => {
  for (const [name, { choice }] of Object.entries(oracles)) {
    const run = async (pause: boolean): Promise<readonly number[]> => {
      const variable = tf.tidy(() => tf.variable(tf.tensor(firsts)))
      const variables = new Map([['w', variable]])
      let optimizer = createOptimizer(choice, variables)
      for (let step = 0; step < 5; step++) {
        if (pause && step === 3) {
          const state = await optimizer.state()
          const { steps } = optimizer
          optimizer.dispose()
          optimizer = createOptimizer(choice, variables)
          optimizer.restore(state, steps)
        }
        tf.tidy(() => optimizer.apply(new Map([['w', tf.tensor(paths.map(path => path[step]!))]]), 0.05))
      }
      const end = [...variable.dataSync()]
      optimizer.dispose()
      variable.dispose()
      return end
    }
    assert.equal(await run(true), await run(false), name)
  }
})
