import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { distilling } from '../../src/fit/distillation.js'
import type { Anchor, Distillation } from '../../src/fit/distillation.js'
import { examplesOf, tensorsOf } from '../../src/fit/examples.js'
import { speak } from '../../src/fit/gradient-step.js'
import { createHints } from '../../src/fit/hints.js'
import { losses } from '../../src/fit/losses.js'
import { createTeachers } from '../../src/fit/teachers.js'
import type { Runnable } from '../../src/model/runnable.js'
import { assert, suite } from '../suite.js'
import { batch, classes, count, inputs, labels, net, split, x } from './distill-rig.js'

const test = suite('distillation')

test.before(async () => {
  await openEngine('wasm')
})

type Matrix = number[][]
type Numbers = Map<string, Float64Array>

/** The same network in float64: hidden layer and logits of every example. */
const forward = (weights: Numbers, hidden: number): { readonly hidden: Matrix; readonly logits: Matrix } => {
  const [k1, b1] = [weights.get('hidden/kernel')!, weights.get('hidden/bias')!]
  const [k2, b2] = [weights.get('out/kernel')!, weights.get('out/bias')!]
  const rows = Array.from({ length: count }, (_, n) =>
    Array.from({ length: hidden }, (_, j) => {
      let sum = b1[j]!
      for (let i = 0; i < inputs; i++) sum += x[n * inputs + i]! * k1[i * hidden + j]!
      return Math.tanh(sum)
    }),
  )
  const logits = rows.map(row =>
    Array.from({ length: classes }, (_, c) =>
      row.reduce((sum, h, j) => sum + h * k2[j * classes + c]!, b2[c]!),
    ),
  )
  return { hidden: rows, logits }
}

const softmax = (z: number[], t = 1): number[] => {
  const e = z.map(v => Math.exp(v / t))
  const total = e.reduce((a, b) => a + b, 0)
  return e.map(v => v / total)
}

interface Terms {
  readonly alpha: number
  readonly temperature: number
  readonly teachers: readonly { readonly hidden: Matrix; readonly logits: Matrix }[]
  readonly hintWeight?: number
  readonly anchors?: { readonly lambda: number; readonly weights: readonly Numbers[] }
}

/** The documented formula, in float64. */
const formula = (weights: Numbers, hidden: number, terms: Terms): number => {
  const { alpha, temperature: t, teachers } = terms
  const said = forward(weights, hidden)
  let total = 0
  said.logits.forEach((z, n) => {
    const soft = teachers.map(({ logits }) => softmax(logits[n]!, t))
    const p = soft[0]!.map((_, c) => soft.reduce((sum, row) => sum + row[c]!, 0) / soft.length)
    const q = softmax(z, t)
    const divergence = p.reduce((sum, pc, c) => sum + pc * Math.log(pc / q[c]!), 0)
    total += (alpha * t * t * divergence - (1 - alpha) * Math.log(softmax(z)[labels[n]!]!)) / count
  })
  if (terms.hintWeight !== undefined) {
    const above = teachers[0]!.hidden
    const width = above[0]!.length
    const kernel = weights.get('hint:0/kernel')
    let squares = 0
    said.hidden.forEach((row, n) =>
      above[n]!.forEach((target, j) => {
        const guess = kernel
          ? row.reduce((sum, h, i) => sum + h * kernel[i * width + j]!, weights.get('hint:0/bias')![j]!)
          : row[j]!
        squares += (guess - target) ** 2
      }),
    )
    total += (terms.hintWeight * squares) / (count * width)
  }
  for (const other of terms.anchors?.weights ?? [])
    for (const [name, values] of other)
      values.forEach((value, i) => {
        total +=
          (terms.anchors!.lambda * Math.abs(weights.get(name)![i]! - value)) / terms.anchors!.weights.length
      })
  return total
}

const numbersOf = async (runnable: Runnable): Promise<Numbers> =>
  new Map([...(await runnable.weights())].map(([name, values]) => [name, Float64Array.from(values)]))

interface Case extends Partial<Omit<Distillation, 'teachers'>> {
  readonly hidden: number
  readonly teacherWidths: readonly number[]
  readonly hintWeight?: number
  readonly anchored?: boolean
}

/** Loss and gradients of the code under test against the formula and its central differences. */
const check = async (of: Case): Promise<void> => {
  const student = net(of.hidden, 1)
  const teachers = of.teacherWidths.map((width, at) => net(width, 20 + at))
  const hints = createHints(
    of.hintWeight === undefined
      ? []
      : [
          {
            teacher: 'hidden',
            student: 'hidden',
            weight: of.hintWeight,
            teacherWidth: of.teacherWidths[0]!,
            studentWidth: of.hidden,
          },
        ],
    7,
  )
  const taps = of.hintWeight === undefined ? [] : ['hidden']
  const anchors: Anchor[] = of.anchored
    ? student.trainable.map(name => ({
        weight: student.variables.get(name)!,
        teachers: teachers.map(teacher => teacher.variables.get(name)!),
      }))
    : []
  const temperature = of.temperature?.(0) ?? 3
  const objective = distilling({
    head: 'softmax',
    teachers: createTeachers(teachers, taps),
    temperature: () => temperature,
    alpha: of.alpha ?? 0.4,
    hard: losses['sparseCategoricalCrossentropy']!({}),
    hints,
    taps,
    anchors,
    weightPenalty: of.weightPenalty ?? 0,
  })
  const variables = new Map<string, tf.Variable>([...student.variables, ...hints.extra])
  let value = NaN
  const gradients = new Map<string, ArrayLike<number>>()
  tf.tidy(() => {
    const examples = examplesOf(batch, {
      task: 'classification',
      inputShape: [inputs],
      outputs: classes,
    })
    const given = objective.prepare(examples, tensorsOf(objective.arrays(split, batch, 0)))
    const found = tf.variableGrads(
      () => objective.loss(examples, speak(student, examples.x, objective.taps), given),
      [...variables.values()],
    )
    value = found.value.dataSync()[0]!
    for (const [name, variable] of variables) gradients.set(name, found.grads[variable.name]!.dataSync())
  })
  const weights = await numbersOf(student)
  for (const [name, variable] of hints.extra) weights.set(name, Float64Array.from(await variable.data()))
  const teacherNumbers = await Promise.all(teachers.map(numbersOf))
  const terms: Terms = {
    alpha: of.alpha ?? 0.4,
    temperature,
    teachers: teacherNumbers.map((numbers, at) => forward(numbers, of.teacherWidths[at]!)),
    ...(of.hintWeight === undefined ? {} : { hintWeight: of.hintWeight }),
    ...(of.anchored ? { anchors: { lambda: of.weightPenalty!, weights: teacherNumbers } } : {}),
  }
  const want = formula(weights, of.hidden, terms)
  assert.ok(Math.abs(value - want) < 2e-6 * Math.max(1, Math.abs(want)), `${value} and not ${want}`)
  const h = 1e-5
  for (const [name, values] of weights)
    values.forEach((held, i) => {
      values[i] = held + h
      const right = formula(weights, of.hidden, terms)
      values[i] = held - h
      const left = formula(weights, of.hidden, terms)
      values[i] = held
      const slope = (right - left) / (2 * h)
      const got = gradients.get(name)![i]!
      assert.ok(
        Math.abs(got - slope) < 1e-5 * Math.max(1, Math.abs(slope)),
        `${name}[${i}]: ${got}, not ${slope}`,
      )
    })
  for (const each of [student, ...teachers]) each.dispose()
  hints.dispose()
}

test('softened teacher and labels, in the documented shares', () => check({ hidden: 2, teacherWidths: [6] }))
test('the teacher alone', () => check({ hidden: 3, teacherWidths: [6], alpha: 1, temperature: () => 1 }))
test('the labels alone', () => check({ hidden: 3, teacherWidths: [6], alpha: 0 }))
test('several teachers are averaged', () =>
  check({ hidden: 2, teacherWidths: [6, 3, 5], temperature: () => 8 }))
test('a hint of one width', () => check({ hidden: 4, teacherWidths: [4], hintWeight: 0.7 }))
test('a hint through a learned map', () => check({ hidden: 2, teacherWidths: [5, 4], hintWeight: 3 }))
test('near the teachers’ weights', () =>
  check({ hidden: 4, teacherWidths: [4, 4], anchored: true, weightPenalty: 0.05 }))
