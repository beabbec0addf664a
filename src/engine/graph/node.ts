import type { Numbers } from './binding.js'
import { dtypes } from './binding.js'
import { Message, packed } from './protobuf.js'

/** A tensor that stands in the graph. */
export interface ConstantValue {
  readonly dtype: number
  readonly shape: readonly number[]
  readonly values: Numbers
}

/** An attribute of a node (`tensorflow/core/framework/attr_value.proto`). */
export type Attr =
  | { readonly kind: 'string'; readonly value: string | readonly string[] }
  | { readonly kind: 'int'; readonly value: number | readonly number[] }
  | { readonly kind: 'float'; readonly value: number | readonly number[] }
  | { readonly kind: 'bool'; readonly value: boolean | readonly boolean[] }
  | { readonly kind: 'type'; readonly value: number }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: ConstantValue }

/** A node of a TensorFlow graph (`node_def.proto`). Inputs are `name`, `name:output`, or `^name` to wait for one. */
export interface Node {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly attrs: Readonly<Record<string, Attr>>
}

export const type = (value: number): Attr => ({ kind: 'type', value })
export const shape = (value: readonly number[]): Attr => ({ kind: 'shape', value })
export const text = (value: string): Attr => ({ kind: 'string', value })

export const constantNode = (name: string, value: ConstantValue): Node => ({
  name,
  op: 'Const',
  inputs: [],
  attrs: { dtype: type(value.dtype), value: { kind: 'tensor', value } },
})

/** Gives what it is given, once the nodes that it waits for have run. */
export const identityNode = (
  name: string,
  dtype: number,
  input: string,
  waits: readonly string[] = [],
): Node => ({
  name,
  op: 'Identity',
  inputs: [input, ...waits.map(wait => `^${wait}`)],
  attrs: { T: type(dtype) },
})

export const placeholderNode = (name: string, dtype: number, sides: readonly number[]): Node => ({
  name,
  op: 'Placeholder',
  inputs: [],
  attrs: { dtype: type(dtype), shape: shape(sides) },
})

/** TensorShapeProto: `dim` is 2, the size of a dimension 1. */
const shapeMessage = (sides: readonly number[]): Message => {
  const message = new Message()
  for (const side of sides) message.bytes(2, new Message().int(1, side))
  return message
}

const bytesOf = ({ values }: ConstantValue): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

const isFilled = ({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: width }: Numbers): boolean => {
  // In bits, so that −0 stays −0.
  const bits =
    width === 4
      ? new Uint32Array(buffer, byteOffset, byteLength / 4)
      : new Uint8Array(buffer, byteOffset, byteLength)
  for (let at = 1; at < bits.length; at++) if (bits[at] !== bits[0]) return false
  return bits.length > 1
}

/** The one number that fills a tensor; undefined where there are several, or none. */
export const fillOf = ({ values }: ConstantValue): number | undefined =>
  isFilled(values) ? values[0] : undefined

/** TensorProto: dtype 1, shape 2, content 4; of a tensor that one number fills, that number alone (float_val 5, int_val 7, bool_val 11). */
const tensorMessage = (tensor: ConstantValue): Message => {
  const message = new Message().int(1, tensor.dtype).bytes(2, shapeMessage(tensor.shape))
  const fill = fillOf(tensor)
  if (fill === undefined) return message.bytes(4, bytesOf(tensor))
  if (tensor.dtype === dtypes.float32) return message.float(5, fill)
  if (tensor.dtype === dtypes.int32) return message.int(7, fill)
  if (tensor.dtype === dtypes.bool) return message.int(11, fill)
  return message.bytes(4, bytesOf(tensor))
}

const floats = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer)

/** AttrValue: list 1, s 2, i 3, f 4, b 5, type 6, shape 7, tensor 8; the lists inside ListValue have the same numbers. */
const attrMessage = (attr: Attr): Message => {
  const message = new Message()
  switch (attr.kind) {
    case 'string':
      if (typeof attr.value === 'string') return message.bytes(2, attr.value)
      return message.bytes(
        1,
        attr.value.reduce((list, each) => list.bytes(2, each), new Message()),
      )
    case 'int':
      if (typeof attr.value === 'number') return message.int(3, attr.value)
      return message.bytes(1, new Message().bytes(3, packed(attr.value)))
    case 'float':
      if (typeof attr.value === 'number') return message.float(4, attr.value)
      return message.bytes(1, new Message().bytes(4, floats(attr.value)))
    case 'bool':
      if (typeof attr.value === 'boolean') return message.int(5, attr.value)
      return message.bytes(1, new Message().bytes(5, packed(attr.value.map(Number))))
    case 'type':
      return message.int(6, attr.value)
    case 'shape':
      return message.bytes(7, shapeMessage(attr.value))
    case 'tensor':
      return message.bytes(8, tensorMessage(attr.value))
  }
}

/** NodeDef: name 1, op 2, input 3, attr 5 (a map: key 1, value 2). */
export const encodeNode = (node: Node): Uint8Array => {
  const message = new Message().bytes(1, node.name).bytes(2, node.op)
  for (const input of node.inputs) message.bytes(3, input)
  for (const [name, attr] of Object.entries(node.attrs))
    message.bytes(5, new Message().bytes(1, name).bytes(2, attrMessage(attr)))
  return message.encode()
}
