import { constants, type BigIntStats, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'

/**
 * What lies at a path is no file that can be read to its end. `EFTYPE`: a pipe, a device or a socket; `EISDIR`: a
 * folder; `EGROWN`: it gave more bytes than it has, as the files of `/proc` do. Codes as the file system's own errors
 * have them, so that both are told alike.
 */
export class OtherFile extends Error {
  readonly code: 'EFTYPE' | 'EISDIR' | 'EGROWN'

  constructor(code: OtherFile['code'], path: string) {
    super(`${code}: not a regular file, ${path}`)
    this.name = 'OtherFile'
    this.code = code
  }
}

/** What an error of opening or reading says of a file, behind its name; undefined where it is no error of the file system. */
export const sayUnreadable = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return undefined
  if (code === 'EFTYPE') return 'is a pipe, a device or a socket, not a file'
  if (code === 'EISDIR') return 'is a folder, not a file'
  if (code === 'EGROWN') return 'gives more bytes than its size says'
  if (code === 'ELOOP') return 'cannot be read: its symbolic links lead in a circle'
  if (code === 'ENAMETOOLONG') return 'cannot be read: its name is too long'
  if (code === 'ERR_INVALID_ARG_VALUE') return 'cannot be read: its name holds a NUL character'
  return `cannot be read (${code})`
}

/** Leaves where it is no regular file. */
export const refuseOthers = (
  found: Pick<Stats | BigIntStats, 'isFile' | 'isDirectory'>,
  path: string,
): void => {
  if (!found.isFile()) throw new OtherFile(found.isDirectory() ? 'EISDIR' : 'EFTYPE', path)
}

/** A pipe that was put there since must not block: opening one waits for its writer. Windows has no such flag. */
export const readingFlags = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0)

/** Opens a regular file for reading. Never waits; nothing else is opened, since opening a device may do something. */
export const openRegular = async (path: string): Promise<FileHandle> => {
  refuseOthers(await stat(path), path)
  const handle = await open(path, readingFlags)
  try {
    refuseOthers(await handle.stat(), path)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Bytes `[start, start + length)` of an open file; fewer where it ends before. */
export const readStretch = async (handle: FileHandle, start: number, length: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

/** A regular file whole. `most`: leaves with `EGROWN` where it has more bytes; none are taken before its size is known. */
export const readRegular = async (path: string, most = Infinity): Promise<Uint8Array> => {
  const handle = await openRegular(path)
  try {
    const { size } = await handle.stat()
    const bytes = size > most ? undefined : await readStretch(handle, 0, size)
    if (!bytes || (await readStretch(handle, bytes.length, 1)).length > 0) throw new OtherFile('EGROWN', path)
    return bytes
  } finally {
    await handle.close()
  }
}
