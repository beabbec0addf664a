import { unreadable } from './fault.js'
import { formatHint } from './format-hint.js'
import { longestDirectory, mostUnpacked } from './limits.js'
import { type Place, type Reading, placeOf } from './place.js'

/** One file inside a zip archive, as the archive's directory has it. */
export interface Member {
  readonly name: string
  readonly archive: Place
  readonly packing: Place['packing']
  /** Unpacked. */
  readonly length: number
  readonly packed: number
  /** Offset of its own header. */
  readonly header: number
  readonly crc: number
  readonly unpackedLimit: number | undefined
}

const end = { signature: 0x06054b50, bytes: 22 }
const end64 = { signature: 0x06064b50, bytes: 56 }
const locator64 = { signature: 0x07064b50, bytes: 20 }

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const whole = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

interface Directory {
  readonly start: number
  readonly bytes: number
  readonly entries: number
}

/** Finds the directory from the end of the file (PKWARE APPNOTE 4.3.16, and 4.3.14 for ZIP64). */
const findDirectory = async (file: Place): Promise<Directory> => {
  const tailStart = Math.max(0, file.packed - 65_557 - locator64.bytes)
  const tail = await file.file.read(tailStart, file.packed - tailStart)
  const view = viewOf(tail)
  let at = tail.length - end.bytes
  while (at >= 0 && view.getUint32(at, true) !== end.signature) at--
  if (at < 0)
    return unreadable(
      'file-truncated',
      `${file.title} has no directory at its end: the archive is cut off or damaged`,
      {
        hint: 'Download or copy the file again.',
      },
    )
  const found = {
    start: view.getUint32(at + 16, true),
    bytes: view.getUint32(at + 12, true),
    entries: view.getUint16(at + 10, true),
  }
  const before = at - locator64.bytes
  if (before < 0 || view.getUint32(before, true) !== locator64.signature) return found
  const big = await file.file.read(whole(view, before + 8), end64.bytes)
  const bigView = viewOf(big)
  if (big.length < end64.bytes || bigView.getUint32(0, true) !== end64.signature)
    return unreadable(
      'file-format',
      `${file.title} has a damaged ZIP64 directory record at byte ${whole(view, before + 8)}`,
    )
  return { start: whole(bigView, 48), bytes: whole(bigView, 40), entries: whole(bigView, 32) }
}

/** Sizes and offset that did not fit 32 bits, in the order in which the extra field lists them (APPNOTE 4.5.3). */
const widened = (view: DataView, from: number, to: number, values: number[]): number[] => {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let next = at + 4
    return values.map(value => {
      if (value !== 0xffffffff || next + 8 > to) return value
      next += 8
      return whole(view, next - 8)
    })
  }
  return values
}

/**
 * Where a member's packed bytes lie: behind its own header, whose name and extra field may differ in length from those
 * in the directory. Leaves as `Unreadable`.
 */
export const placeOfMember = async (member: Member): Promise<Place> => {
  const { archive, name, packing, packed, header, crc, unpackedLimit } = member
  const local = await archive.file.read(header, 30)
  const view = viewOf(local)
  if (local.length < 30 || view.getUint32(0, true) !== 0x04034b50)
    return unreadable(
      'file-format',
      `${archive.title}: no member begins at byte ${header}, where the directory says that ${name} does`,
    )
  const start = header + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  if (start + packed > archive.packed)
    return unreadable(
      'file-truncated',
      `${archive.title}: ${name} should lie in bytes ${start} to ${start + packed}, but the file ends at ${archive.packed}`,
    )
  const most = packing === 'none' ? packed : mostUnpacked(packed, unpackedLimit)
  return { file: archive.file, title: `${name} in ${archive.title}`, packing, start, packed, most, crc }
}

/** Lists the members of a zip archive without unpacking any. Leaves as `Unreadable`. */
export const readZip = async (path: string, reading: Reading): Promise<Member[]> => {
  const file = await placeOf(path, reading)
  const first = await file.file.read(0, 4)
  if (first[0] !== 0x50 || first[1] !== 0x4b)
    unreadable('file-format', `${file.title} is not a zip archive: its first two bytes are not PK`, {
      hint: formatHint(first),
    })
  const directory = await findDirectory(file)
  if (directory.bytes > longestDirectory || directory.start + directory.bytes > file.packed)
    unreadable(
      'file-format',
      `${file.title} claims a directory of ${directory.bytes} bytes at byte ${directory.start}, in a file of ${file.packed}`,
    )
  const bytes = await file.file.read(directory.start, directory.bytes)
  const view = viewOf(bytes)
  const members: Member[] = []
  let at = 0
  for (let entry = 0; entry < directory.entries; entry++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      return unreadable(
        'file-format',
        `${file.title} has a damaged directory at byte ${directory.start + at}`,
      )
    const nameBytes = view.getUint16(at + 28, true)
    const extraBytes = view.getUint16(at + 30, true)
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true)
    if (next > bytes.length)
      return unreadable(
        'file-format',
        `${file.title} has a damaged directory at byte ${directory.start + at}`,
      )
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameBytes)).toString('utf8')
    const extra = at + 46 + nameBytes
    const [length, packed, header] = widened(view, extra, extra + extraBytes, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]) as [number, number, number]
    const method = view.getUint16(at + 10, true)
    if (view.getUint16(at + 8, true) & 1)
      return unreadable('file-format', `${file.title}: ${name} is encrypted, which is not supported`)
    if (method !== 0 && method !== 8)
      return unreadable(
        'file-format',
        `${file.title}: ${name} is packed with zip method ${method}; stored (0) and deflate (8) are read`,
      )
    members.push({
      name,
      archive: file,
      packing: method === 8 ? 'deflate' : 'none',
      length,
      packed,
      header,
      crc: view.getUint32(at + 16, true),
      unpackedLimit: reading.unpackedLimit,
    })
    at = next
  }
  return members
}
