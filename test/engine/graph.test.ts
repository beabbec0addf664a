import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Numbers } from '../../src/engine/graph/binding.js'
import { nativeBackend } from '../../src/engine/graph/binding.js'
import { frozen } from '../../src/engine/graph/compare.js'
import type { Take } from '../../src/engine/graph/compare.js'
import { Program } from '../../src/engine/graph/program.js'
import { Message, packed } from '../../src/engine/graph/protobuf.js'
import { record } from '../../src/engine/graph/recorder.js'
import { openSession } from '../../src/engine/graph/session.js'
import { tf } from '../../src/engine/tf.js'
import { openedNative } from '../fit/graph-rig.js'
import { assert, suite } from '../suite.js'

const test = suite('graphs')

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('messages are written as the wire format wants them', () => {
  // The examples of protobuf.dev, "Encoding".
  assert.is(hex(new Message().int(1, 150).encode()), '089601')
  assert.is(hex(new Message().bytes(2, 'testing').encode()), '120774657374696e67')
  assert.is(hex(new Message().bytes(3, new Message().int(1, 150)).encode()), '1a03089601')
  assert.is(hex(new Message().bytes(6, packed([3, 270, 86942])).encode()), '3206038e029ea705')
  assert.is(hex(new Message().int(1, -2).encode()), '08feffffffffffffffff01')
  assert.is(hex(new Message().float(4, 1).encode()), '250000803f')
  assert.is(hex(new Message().int(16, true).encode()), '800101')
})

/** A counter: adds `by` to what it holds, times 2. */
const counterTake = (start: Float32Array, by: number): Take => {
  const { recording, result } = record(recorder => {
    const held = tf.tensor(start)
    const given = tf.scalar(by)
    recorder.state('held', held)
    recorder.feed('by', given)
    const next = tf.mul(tf.add(held, given), 2)
    return {
      fetches: new Map([['before', recorder.idOf(tf.sum(held))]]),
      updates: new Map([['held', recorder.idOf(next)]]),
    }
  })
  return { recording, wanted: result }
}

test('a variable keeps its value between runs, is read, and is set', async () => {
  if (!(await openedNative())) return
  const { binding } = nativeBackend()!
  const folders = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('trimtab-graph-'))
  const before = folders()
  const program = new Program(binding)
  const { recording, wanted } = counterTake(Float32Array.of(5, 5), 9)
  const signature = program.add('count', recording, wanted)
  const first = Float32Array.of(1, 2)
  const session = openSession(binding, program, new Map([['held', first]]))
  assert.equal(folders(), before)
  const run = (by: number): number =>
    session.run(signature, new Map([['by', Float32Array.of(by)]])).get('before')![0]!
  const held = (): number[] => [...session.read(['held']).get('held')!]
  // The session has numbers of its own: the array that it was given may change.
  first.fill(100)
  assert.equal(held(), [1, 2])
  assert.is(run(1), 3)
  assert.equal(held(), [4, 6])
  assert.is(run(0), 10)
  assert.equal(held(), [8, 12])
  const read = session.read(['held']).get('held')!
  run(0)
  assert.equal([...read], [8, 12])
  session.assign(new Map([['held', Float32Array.of(-1, 0.5)]]))
  assert.equal(held(), [-1, 0.5])
  session.dispose()
  assert.throws(() => run(1), /closed/)
})

test('what does not fit a placeholder is refused before TensorFlow sees it', async () => {
  if (!(await openedNative())) return
  const { binding } = nativeBackend()!
  const program = new Program(binding)
  const { recording, wanted } = counterTake(Float32Array.of(5, 5), 9)
  const signature = program.add('count', recording, wanted)
  assert.throws(() => openSession(binding, program, new Map()), /no first value of held/)
  const session = openSession(binding, program, new Map([['held', Float32Array.of(1, 2)]]))
  const run = (by: Numbers): unknown => session.run(signature, new Map([['by', by]]))
  assert.throws(() => session.run(signature, new Map()), /nothing was given for by/)
  assert.throws(() => run(Float32Array.of(1, 2)), /by is Float32Array of 2/)
  assert.throws(() => run(Int32Array.of(1)), /by is Int32Array of 1/)
  assert.throws(() => session.assign(new Map([['held', Float32Array.of(1)]])), /held is Float32Array of 1/)
  assert.throws(() => session.assign(new Map([['other', Float32Array.of(1)]])), /no variable other/)
  session.dispose()
})

test('two recordings are one graph, unless JavaScript computed something in them', async () => {
  if (!(await openedNative())) return
  const start = Float32Array.of(1, 2)
  assert.is(frozen(counterTake(start, 1), counterTake(start.map(Math.sqrt), 2)), undefined)
  const taken = (work: (x: tf.Tensor) => tf.Tensor, like?: Take): Take => {
    const { recording, result } = record(recorder => {
      const x = tf.tensor(start)
      recorder.feed('x', x)
      return { fetches: new Map([['y', recorder.idOf(work(x))]]) }
    }, like?.recording)
    return { recording, wanted: result }
  }
  const scaled = (by: number, like?: Take): Take => taken(x => tf.mul(x, by), like)
  const two = scaled(2)
  const before = tf.memory().numTensors
  for (const like of [undefined, two]) {
    assert.match(frozen(two, scaled(3, like))!, /another one in another step/)
    assert.is(frozen(two, scaled(2, like)), undefined)
    // −0 is another number, and 0 that nobody wants is none.
    assert.match(frozen(scaled(0), scaled(-0))!, /another one in another step/)
    const other = taken(x => tf.add(x, 2), like)
    const said = like ? /^two steps run different operations$/ : /^\w+ stands where another step has \w+$/
    assert.match(frozen(two, other)!, said)
  }
  const looking = (by: number, like?: Take): Take =>
    taken(x => (by > 2 ? tf.mul(x, tf.mul(x, 2).dataSync()[0]!) : tf.mul(tf.mul(x, 2), 1)), like)
  assert.match(frozen(looking(1), looking(3, looking(1)))!, /^JavaScript looks at what \w+ computed$/)
  const unwanted = (by: number): Take => taken(x => (tf.mul(x, by), tf.add(x, 1)))
  assert.is(frozen(unwanted(2), unwanted(3)), undefined)
  assert.is(tf.memory().numTensors, before)
})

test('what follows a recording computes nothing', async () => {
  if (!(await openedNative())) return
  const binding = nativeBackend()!.binding as unknown as { getNumOfTensors(): number }
  const before = [tf.memory().numTensors, binding.getNumOfTensors()]
  const taken = (by: number, like?: Take): Take => {
    const { recording, result } = record(recorder => {
      const x = tf.tensor(new Float32Array(400 * 300).fill(by), [400, 300])
      recorder.feed('x', x)
      const [first, second] = tf.split(tf.matMul(x, x, false, true), 2)
      assert.equal(first!.shape, [200, 400])
      return { fetches: new Map([['y', recorder.idOf(tf.addN([first!, second!]))]]) }
    }, like?.recording)
    return { recording, wanted: result }
  }
  const first = taken(1)
  assert.is(frozen(first, taken(2, first)), undefined)
  assert.equal([tf.memory().numTensors, binding.getNumOfTensors()], before)
})

test('a shape of a shape is one, and what nobody reads is not in the graph', async () => {
  if (!(await openedNative())) return
  const { binding } = nativeBackend()!
  const program = new Program(binding)
  const values = Float32Array.from({ length: 6 }, (_, at) => at)
  const { recording, result } = record(recorder => {
    const x = tf.tensor(values, [2, 3])
    recorder.feed('x', x)
    const there = tf.reshape(tf.reshape(x, [6]), [3, 2])
    const back = tf.reshape(there, [2, 3])
    const unread = tf.sum(there)
    assert.is(unread.size, 1)
    return {
      fetches: new Map([
        ['there', recorder.idOf(there)],
        ['square', recorder.idOf(tf.matMul(back, x, false, true))],
      ]),
    }
  })
  const signature = program.add('shapes', recording, { fetches: result.fetches })
  const ops = program.nodes.map(({ op }) => op).sort()
  assert.equal(ops, ['Const', 'Identity', 'Identity', 'MatMul', 'Placeholder', 'Reshape'])
  const session = openSession(binding, program, new Map())
  const results = session.run(signature, new Map([['x', values]]))
  assert.equal([...results.get('there')!], [0, 1, 2, 3, 4, 5])
  assert.equal([...results.get('square')!], [5, 14, 14, 50])
  session.dispose()
})

test('a long constant becomes a variable, and a filled one a single number', async () => {
  if (!(await openedNative())) return
  const { binding } = nativeBackend()!
  const long = tf.tensor(Float32Array.from({ length: 5000 }, (_, at) => at))
  const program = new Program(binding)
  const { recording, result } = record(recorder => {
    const x = tf.scalar(1)
    recorder.feed('x', x)
    const filled = tf.tensor(new Float32Array(5000).fill(-0))
    return new Map([['y', recorder.idOf(tf.add(tf.mul(long, x), filled))]])
  })
  const signature = program.add('long', recording, { fetches: result })
  assert.equal([...program.captured.keys()], ['captured:0'])
  const session = openSession(binding, program, new Map())
  const y = session.run(signature, new Map([['x', Float32Array.of(3)]])).get('y')!
  assert.equal([y[0], y[4999]], [0, 14997])
  session.dispose()
  long.dispose()
})
