// The little of the protocol buffers' wire format that a SavedModel takes (protobuf.dev, "Encoding"): writing alone,
// without a schema. A field of value 0 is written too; readers take it as its default.

const varint = (value: number | bigint): Uint8Array => {
  // Nearly all are field numbers, lengths and small sizes.
  if (typeof value === 'number' && value >= 0 && value < 0x4000)
    return value < 0x80 ? Uint8Array.of(value) : Uint8Array.of((value & 0x7f) | 0x80, value >> 7)
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Uint8Array.from(bytes)
}

const text = new TextEncoder()

/** One message in the making: fields in the order in which they are put. */
export class Message {
  readonly #parts: Uint8Array[] = []
  #size = 0

  #put(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.#size += bytes.length
  }

  /** An integer, an enumeration's number or a boolean. */
  int(field: number, value: number | bigint | boolean): this {
    this.#put(varint(field << 3))
    this.#put(varint(typeof value === 'boolean' ? Number(value) : value))
    return this
  }

  float(field: number, value: number): this {
    this.#put(varint((field << 3) | 5))
    this.#put(new Uint8Array(Float32Array.of(value).buffer))
    return this
  }

  /** Text, bytes, a message, or a packed list. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const bytes =
      typeof value === 'string' ? text.encode(value) : value instanceof Message ? value.encode() : value
    this.#put(varint((field << 3) | 2))
    this.#put(varint(bytes.length))
    this.#put(bytes)
    return this
  }

  encode(): Uint8Array {
    const whole = new Uint8Array(this.#size)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}

/** Integers one after another, as a packed list holds them. */
export const packed = (values: readonly number[]): Uint8Array => {
  const parts = values.map(varint)
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
