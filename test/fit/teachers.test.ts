import type { Batch } from '../../src/data/dataset.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { distilling } from '../../src/fit/distillation.js'
import { examplesOf, tensorsOf } from '../../src/fit/examples.js'
import { speak } from '../../src/fit/gradient-step.js'
import { createHints } from '../../src/fit/hints.js'
import { losses } from '../../src/fit/losses.js'
import { createTeachers } from '../../src/fit/teachers.js'
import type { Runnable } from '../../src/model/runnable.js'
import { assert, suite } from '../suite.js'
import { batch, classes, count, inputs, labels, net, split, x } from './distill-rig.js'

const test = suite('teachers')

test.before(async () => {
  await openEngine('wasm')
})

test('similarity is the mean over examples of Σ(student − teacher)²', async () => {
  for (const end of ['softmax', 'sigmoid', 'linear'] as const) {
    const student = net(2, 1, end)
    const teachers = [net(5, 2, end), net(4, 3, end)]
    const head = end === 'linear' ? 'none' : end
    const objective = distilling({
      head,
      teachers: createTeachers(teachers, []),
      temperature: () => 4,
      alpha: 0.5,
      hard: losses['meanSquaredError']!({}),
      hints: createHints([], 0),
      taps: [],
      anchors: [],
      weightPenalty: 0,
    })
    const got = tf.tidy(() => {
      const examples = examplesOf(batch, {
        task: 'classification',
        inputShape: [inputs],
        outputs: classes,
      })
      const said = speak(student, examples.x, [])
      const prepared = objective.prepare(examples, tensorsOf(objective.arrays(split, batch, 0)))
      const { similarity } = objective.measure(examples, said, prepared)
      return similarity!.dataSync()[0]! / count
    })
    const given = tf.tidy(() =>
      [student, ...teachers].map(each => [...each.forward(tf.tensor(x, [count, inputs])).output.dataSync()]),
    )
    const [own, a, b] = given
    const want = own!.reduce((sum, v, i) => sum + (v - (a![i]! + b![i]!) / 2) ** 2, 0) / count
    assert.ok(Math.abs(got - want) < 1e-6, `${end}: ${got} and not ${want}`)
    for (const each of [student, ...teachers]) each.dispose()
  }
})

test('a student that says what its teacher says has no softened loss, with any ending', () => {
  for (const head of ['softmax', 'sigmoid', 'none'] as const) {
    const student = net(3, 1, head === 'none' ? 'linear' : head)
    const objective = distilling({
      head,
      teachers: createTeachers([student], []),
      temperature: () => 4,
      alpha: 1,
      hard: losses['meanSquaredError']!({}),
      hints: createHints([], 0),
      taps: [],
      anchors: [],
      weightPenalty: 0,
    })
    const loss = tf.tidy(() => {
      const examples = examplesOf(batch, {
        task: 'classification',
        inputShape: [inputs],
        outputs: classes,
      })
      return objective
        .loss(
          examples,
          speak(student, examples.x, []),
          objective.prepare(examples, tensorsOf(objective.arrays(split, batch, 0))),
        )
        .dataSync()[0]!
    })
    assert.ok(Math.abs(loss) < 1e-5, `${head}: ${loss}`)
    student.dispose()
  }
})

test('what teachers said is remembered, within a budget, and comes back for any order', async () => {
  const teacher = net(5, 2)
  const order = Uint32Array.of(3, 0, 4)
  const shuffled: Batch = {
    count: 3,
    x: Float32Array.from([3, 0, 4].flatMap(at => [...x.subarray(at * inputs, at * inputs + inputs)])),
    labels: Int32Array.from(order, at => labels[at]!),
    targets: new Float32Array(0),
    indices: order,
  }
  const options = { batchSize: 5, cancelled: () => false, emit: () => undefined }
  const ask = async (budget: number): Promise<{ words: number[]; asked: number }> => {
    let asked = 0
    const counted = {
      ...teacher,
      forward: (...args: Parameters<Runnable['forward']>) => (asked++, teacher.forward(...args)),
    }
    const teachers = createTeachers([counted], ['hidden'], budget)
    await teachers.remember(split, options)
    asked = 0
    const words = tf.tidy(() => {
      const examples = examplesOf(shuffled, {
        task: 'classification',
        inputShape: [inputs],
        outputs: classes,
      })
      const given = tensorsOf(teachers.recall(split, shuffled) ?? {})
      Object.assign(given, given['teacher:0'] ? {} : teachers.ask(examples.x))
      return [...given['teacher:0']!.dataSync(), ...given['tap:hidden']!.dataSync()]
    })
    return { words, asked }
  }
  const bytes = count * (classes + 5) * 4
  const [remembered, live] = [await ask(bytes), await ask(bytes - 1)]
  assert.is(remembered.asked, 0)
  assert.is(live.asked, 1)
  remembered.words.forEach((word, i) => assert.ok(Math.abs(word - live.words[i]!) < 1e-6))
  teacher.dispose()
})
