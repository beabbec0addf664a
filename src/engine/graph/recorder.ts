import { tf } from '../tf.js'
import type { Binding, NativeBackend, Numbers, OpAttr, TensorMeta } from './binding.js'
import { dtypes, nativeBackend } from './binding.js'
import type { ConstantValue } from './node.js'

/** An operation that ran while it was recorded. */
export interface RecordedOp {
  readonly name: string
  readonly attrs: readonly OpAttr[]
  /** Ids of tensors. */
  readonly inputs: readonly number[]
  readonly outputs: readonly TensorMeta[]
}

/** Where a tensor of a recording comes from. */
export type Origin =
  /** An operation's output. */
  | { readonly kind: 'op'; readonly op: RecordedOp; readonly output: number }
  /** JavaScript made it meanwhile, from numbers that it knows. */
  | ({ readonly kind: 'constant' } & ConstantValue)
  /** It was there before the recording, and nobody said what it is: it keeps its value. */
  | ({ readonly kind: 'captured' } & ConstantValue)
  /** It is fed anew in every run. */
  | { readonly kind: 'feed'; readonly key: string; readonly dtype: number; readonly shape: readonly number[] }
  /** It stays inside the session from run to run. */
  | {
      readonly kind: 'state'
      readonly key: string
      readonly dtype: number
      readonly shape: readonly number[]
    }

/** What an engine did, with the source of each tensor. */
export interface Recording {
  readonly origins: ReadonlyMap<number, Origin>
  /** In the order in which they were asked for. */
  readonly ops: readonly RecordedOp[]
  /** Why it cannot be run as a graph: JavaScript looked at a number that the engine computed. Absent: it can. */
  readonly impure?: string
}

/** To be asked while a recording runs. */
export interface Recorder {
  /** Says that a tensor is fed anew in every run, under this name. */
  feed(key: string, tensor: tf.Tensor): void
  /** Says that a tensor is what a variable of the session holds before the run. */
  state(key: string, tensor: tf.Tensor): void
  /** A tensor's id, under which `origins` knows it. */
  idOf(tensor: tf.Tensor): number
}

/** Copies are kept of these alone; longer ones are never written to by tfjs, which hands them over whole. */
const copyOf = (values: unknown): Numbers => (values as Numbers).slice()

let recording = false

/** Is a recording running in this thread? Kernels that look at a tensor only to check it leave that out then. */
export const isRecording = (): boolean => recording

interface Known extends Recorder {
  readonly origins: Map<number, Origin>
  readonly ops: RecordedOp[]
  impure?: string
}

/** Work that should have done what was recorded before does something else. */
class Strayed extends Error {}

/** What two steps that are not the same graph are told by. */
export const otherOperations = 'two steps run different operations'

/**
 * Answers as the recording says that the engine answered before, and computes nothing: what it gives are stand-ins of
 * the right type and shape, without numbers.
 */
const answering = (real: Binding, ops: readonly RecordedOp[]): Binding['executeOp'] => {
  let at = 0
  return (name, _attrs, _inputs, count) => {
    const before = ops[at++]
    if (before?.name !== name || before.outputs.length !== count) throw new Strayed(otherOperations)
    return before.outputs.map(({ dtype, shape }) => ({
      id: real.createTensor([], dtypes.float32, Float32Array.of(0)),
      dtype,
      shape,
    }))
  }
}

const replacement = (real: Binding, known: Known, like: Recording | undefined): Binding => {
  const execute =
    like === undefined
      ? (...given: Parameters<Binding['executeOp']>) => real.executeOp(...given)
      : answering(real, like.ops)
  const capture = (id: number): void => {
    if (known.origins.has(id)) return
    const before = like?.origins.get(id)
    if (before?.kind === 'captured') {
      known.origins.set(id, before)
      return
    }
    // The addon tells type and shape of an operation's outputs alone.
    const [meta] = real.executeOp('Identity', [], [id], 1)
    const { dtype, shape } = meta!
    known.origins.set(id, { kind: 'captured', dtype, shape, values: real.tensorDataSync(meta!.id) })
    real.deleteTensor(meta!.id)
  }
  const own: Partial<Binding> = {
    createTensor: (shape, dtype, values) => {
      const id = real.createTensor(shape, dtype, values)
      known.origins.set(id, { kind: 'constant', dtype, shape: [...shape], values: copyOf(values) })
      return id
    },
    executeOp: (name, attrs, inputs, count) => {
      for (const id of inputs) capture(id)
      const outputs = execute(name, attrs, inputs, count)
      const op: RecordedOp = { name, attrs, inputs: [...inputs], outputs }
      known.ops.push(op)
      outputs.forEach(({ id }, output) => known.origins.set(id, { kind: 'op', op, output }))
      return outputs
    },
    tensorDataSync: id => {
      const origin = known.origins.get(id)
      if (origin?.kind === 'op') known.impure ??= `JavaScript looks at what ${origin.op.name} computed`
      if (origin?.kind === 'feed' || origin?.kind === 'state')
        known.impure ??= `JavaScript looks at ${origin.key}`
      if (like !== undefined && known.impure !== undefined) throw new Strayed(known.impure)
      return real.tensorDataSync(id)
    },
  }
  // Defined, not assigned: the addon's own are read-only.
  const descriptors = Object.entries(own).map(([name, value]) => [name, { value }] as const)
  return Object.create(real, Object.fromEntries(descriptors)) as Binding
}

const withBinding = <T>(backend: NativeBackend, binding: Binding, work: () => T): T => {
  const real = backend.binding
  backend.binding = binding
  recording = true
  try {
    return work()
  } finally {
    recording = false
    backend.binding = real
  }
}

const dtypeOf = ({ dtype }: tf.Tensor): number => dtypes[dtype]

/**
 * Runs `work` on the native engine, inside a tidy, and keeps what it asked of the addon. All that it makes is really computed: give it
 * copies of what must not change, or put it back afterwards. With `like`, the same work recorded before, nothing is
 * computed at all: what it makes has type and shape and no numbers, so that it must be put back in any case. Where it
 * strays from `like`, the recording is impure and there is no result.
 */
export const record = <T>(
  work: (recorder: Recorder) => T,
  like?: Recording,
): { readonly recording: Recording; readonly result: T } => {
  const backend = nativeBackend()
  if (backend === undefined) throw new Error('only the native engine can be recorded')
  const idOf = (tensor: tf.Tensor): number => backend.getInputTensorIds([tensor])[0]!
  const origins = new Map<number, Origin>()
  const put = (kind: 'feed' | 'state', key: string, tensor: tf.Tensor): void => {
    const id = idOf(tensor)
    const before = origins.get(id)
    if (before?.kind === 'feed' || before?.kind === 'state')
      throw new Error(`${key} and ${before.key} are one tensor`)
    origins.set(id, { kind, key, dtype: dtypeOf(tensor), shape: [...tensor.shape] })
  }
  const known: Known = {
    origins,
    ops: [],
    idOf,
    feed: (key, tensor) => put('feed', key, tensor),
    state: (key, tensor) => put('state', key, tensor),
  }
  let result: T | undefined
  try {
    withBinding(backend, replacement(backend.binding, known, like), () =>
      tf.tidy(() => void (result = work(known))),
    )
  } catch (error) {
    if (!(error instanceof Strayed)) throw error
    known.impure = error.message
  }
  return { recording: known, result: result! }
}
