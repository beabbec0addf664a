import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { constants } from 'node:zlib'
import type { Random } from '../../src/core/random.js'
import { damaged } from './damages.js'
import { choose } from './case.js'

const megabyte = Buffer.alloc(2 ** 20)
const packedMegabyte = deflateRawSync(megabyte, { level: 9, finishFlush: constants.Z_FULL_FLUSH })
const end = Buffer.from([0x03, 0x00])
const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])

const zeros = (count: number): Buffer =>
  count === 2 ** 20
    ? packedMegabyte
    : deflateRawSync(megabyte.subarray(0, count), { level: 9, finishFlush: constants.Z_FULL_FLUSH })

/** A sound gzip stream of these bytes and so many zeros behind them: a thousandth of that. */
export const bomb = (start: Uint8Array, count: number): Buffer => {
  let crc = crc32(start)
  const parts: Buffer[] = []
  for (let left = count; left > 0; left -= 2 ** 20) {
    const length = Math.min(left, 2 ** 20)
    crc = crc32(megabyte.subarray(0, length), crc)
    parts.push(zeros(length))
  }
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(crc >>> 0)
  tail.writeUInt32LE((start.length + count) % 2 ** 32, 4)
  const body = deflateRawSync(start, { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([head, body, ...parts, end, tail])
}

type Packing = (bytes: Uint8Array, random: Random) => Buffer

const wrongLength: Packing = (bytes, random) => {
  const packed = gzipSync(bytes)
  packed.writeUInt32LE(random.uint32(), packed.length - 4)
  return packed
}
const wrongCrc: Packing = (bytes, random) => {
  const packed = gzipSync(bytes)
  packed.writeUInt32LE(random.uint32(), packed.length - 8)
  return packed
}
const members: Packing = (bytes, random) => {
  const at = random.below(bytes.length + 1)
  return Buffer.concat([gzipSync(bytes.subarray(0, at)), gzipSync(bytes.subarray(at))])
}
const trailing: Packing = bytes => Buffer.concat([gzipSync(bytes), Buffer.alloc(100)])
const nested: Packing = bytes => gzipSync(gzipSync(bytes))
const damagedInside: Packing = (bytes, random) => gzipSync(damaged(bytes, random))
const damagedOutside: Packing = (bytes, random) => damaged(gzipSync(bytes), random)
const exploding: Packing = (bytes, random) => bomb(bytes, (1 + random.below(300)) * 2 ** 20)

/** Bytes packed by gzip in a way that is damaged, inside or outside. */
export const badlyPacked: Packing = (bytes, random) =>
  choose<Packing>(
    [
      [3, wrongLength],
      [3, wrongCrc],
      [3, members],
      [2, trailing],
      [1, nested],
      [8, damagedInside],
      [8, damagedOutside],
      [2, exploding],
    ],
    random,
  )(bytes, random)
