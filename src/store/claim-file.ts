import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isErrno } from './file-problem.js'
import { temporaryPath } from './write-file.js'
import type { Writer } from './writer.js'

/** Who has claimed a name, and what for. */
export interface Holder extends Writer {
  /** Of this one claim: no other one, of the same process either, has it. */
  readonly nonce: string
  /** The host's name, for people. */
  readonly hostname: string
  /** Run that works; absent where the holder is no run. */
  readonly run?: string
  /** Instance that is being made; absent where the claim is of something else. */
  readonly instance?: string
  /** When it was claimed, by the file system's clock, in milliseconds. */
  readonly since: number
}

/** A claim as it lies in the store. */
export interface FoundClaim {
  /** Tells this claim from any other under its name. */
  readonly identity: string
  /** When its holder last said that it works, by the file system's clock, in milliseconds. */
  readonly modified: number
  /** Undefined where the file is half written, or none of ours. */
  readonly holder?: Holder
}

const holderIn = (text: string): Holder | undefined => {
  try {
    const found = JSON.parse(text) as Partial<Holder> | null
    const { nonce, host, hostname, pid, start, since } = found ?? {}
    return [nonce, host, hostname, start].every(each => typeof each === 'string') &&
      Number.isInteger(pid) &&
      Number.isFinite(since)
      ? (found as Holder)
      : undefined
  } catch {
    return undefined
  }
}

/** Undefined where there is none. */
export const readClaim = async (path: string): Promise<FoundClaim | undefined> => {
  try {
    const file = await open(path, 'r')
    try {
      const [text, { ino, mtimeMs }] = [await file.readFile('utf8'), await file.stat()]
      const holder = holderIn(text)
      return {
        identity: holder?.nonce ?? `${ino}-${mtimeMs}`,
        modified: mtimeMs,
        ...(holder ? { holder } : {}),
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESTALE')) return undefined
    throw error
  }
}

/** Where a file system knows no links (FAT, some network shares), the name is taken first and written then. */
const createInPlace = async (path: string, text: string): Promise<boolean> => {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(text).finally(() => file.close())
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

/**
 * Puts a claim under a name that nobody has; false where somebody has it. It is written beside and linked: that is
 * one act on any file system, NFS included, where creating exclusively is not everywhere.
 */
export const createClaim = async (
  path: string,
  holder: Omit<Holder, 'since'>,
  temporaries: string,
): Promise<boolean> => {
  const beside = temporaryPath(path, temporaries)
  const create = async (): Promise<boolean> => {
    const file = await open(beside, 'w')
    let text: string
    try {
      await file.write('\n')
      text = `${JSON.stringify({ ...holder, since: (await file.stat()).mtimeMs })}\n`
      await file.write(text, 0)
    } finally {
      await file.close()
    }
    try {
      await link(beside, path)
      return true
    } catch (error) {
      // A server that did it and was asked again, since its answer was lost, says that the name is taken: by us.
      if (isErrno(error, 'EEXIST')) return (await stat(beside)).nlink === 2
      if (isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'))
        return createInPlace(path, text)
      throw error
    }
  }
  try {
    return await create().catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
      await mkdir(temporaries, { recursive: true })
      await mkdir(dirname(path), { recursive: true })
      return create()
    })
  } finally {
    await unlink(beside).catch(() => undefined)
  }
}

/**
 * Takes away the one claim of this identity. What lies under the name may have changed since it was looked at, so it is
 * moved aside first and looked at there; another's goes back.
 */
export const removeClaim = async (path: string, identity: string, temporaries: string): Promise<void> => {
  if ((await readClaim(path))?.identity !== identity) return
  const aside = temporaryPath(path, temporaries)
  try {
    await rename(path, aside)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw error
  }
  // Where a third one has claimed it in between, two work on one key: a waste, no more.
  if ((await readClaim(aside))?.identity !== identity) await link(aside, path).catch(() => undefined)
  await unlink(aside).catch(() => undefined)
}

/**
 * Says that the holder of a claim still works; false where it is no longer this one's. The last byte is written again
 * as it was: the time of that is the file system's own, whereas a time that is set would be this host's.
 */
export const renewClaim = async (path: string, nonce: string): Promise<boolean> => {
  try {
    const file = await open(path, 'r+')
    try {
      const text = await file.readFile()
      if (holderIn(text.toString())?.nonce !== nonce) return false
      await file.write('\n', text.length - 1)
      return true
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESTALE')) return false
    throw error
  }
}

/** Whether a claim is still this one's. */
export const isClaimOf = async (path: string, nonce: string): Promise<boolean> => {
  try {
    return holderIn(await readFile(path, 'utf8'))?.nonce === nonce
  } catch {
    return false
  }
}
