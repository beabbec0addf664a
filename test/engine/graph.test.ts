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
  const { binding } = nativeBackend()!
  const start = Float32Array.of(1, 2)
  assert.is(frozen(binding, counterTake(start, 1), counterTake(start.map(Math.sqrt), 2)), undefined)
  const scaled = (by: number): Take => {
    const { recording, result } = record(recorder => {
      const x = tf.tensor(start)
      recorder.feed('x', x)
      return { fetches: new Map([['y', recorder.idOf(tf.mul(x, by))]]) }
    })
    return { recording, wanted: result }
  }
  assert.match(frozen(binding, scaled(2), scaled(3))!, /another one in another step/)
  assert.is(frozen(binding, scaled(2), scaled(2)), undefined)
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
