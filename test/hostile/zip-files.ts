import { crc32, deflateRawSync } from 'node:zlib'

/** A file of an archive. */
export interface Member {
  readonly name: string
  readonly bytes: Uint8Array
  readonly deflated: boolean
}

/** A zip archive; `forge` may change what its directory says. */
export const zipOf = (
  members: readonly Member[],
  forge: (directory: Buffer, at: number) => void = () => undefined,
): Buffer => {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [at, { name, bytes, deflated }] of members.entries()) {
    const packed = deflated ? deflateRawSync(bytes) : Buffer.from(bytes)
    const title = Buffer.from(name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    local.writeUInt16LE(deflated ? 8 : 0, 8)
    local.writeUInt32LE(crc32(bytes) >>> 0, 14)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(bytes.length, 22)
    local.writeUInt16LE(title.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(deflated ? 8 : 0, 10)
    entry.writeUInt32LE(crc32(bytes) >>> 0, 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(bytes.length, 24)
    entry.writeUInt16LE(title.length, 28)
    entry.writeUInt32LE(offset, 42)
    forge(entry, at)
    parts.push(local, title, packed)
    entries.push(entry, title)
    offset += local.length + title.length + packed.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(members.length % 65536, 8)
  end.writeUInt16LE(members.length % 65536, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}
