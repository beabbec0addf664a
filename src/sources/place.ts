import { basename } from 'node:path'
import { Readable, type Transform } from 'node:stream'
import { createGunzip, createInflateRaw } from 'node:zlib'
import { formatBytes } from '../core/units.js'
import { Unreadable, unreadable } from './fault.js'
import { mostUnpacked } from './limits.js'
import type { OpenFile, OpenFiles } from './open-files.js'

/** How the files of a source are read. */
export interface Reading {
  readonly files: OpenFiles
  /** Bytes that the recipe allows a packed file to unpack to; absent: what `mostUnpacked` allows any. */
  readonly unpackedLimit?: number | undefined
}

/** Where bytes lie: a stretch of a file, perhaps packed. */
export interface Place {
  readonly file: OpenFile
  /** For messages: the file's name, with the member inside it for an archive. */
  readonly title: string
  readonly packing: 'none' | 'gzip' | 'deflate'
  /** Offset of the first (packed) byte in the file. */
  readonly start: number
  /** Bytes as they lie in the file. */
  readonly packed: number
  /** Bytes that it may unpack to. */
  readonly most: number
  /** Checksum of the unpacked bytes, where an archive promises one; gzip carries its own. */
  readonly crc?: number
}

/** A whole file as a place; gzip is told by its first two bytes, not by its name. */
export const placeOf = async (path: string, { files, unpackedLimit }: Reading): Promise<Place> => {
  const file = await files.open(path)
  const first = await file.read(0, 2)
  const packing = first[0] === 0x1f && first[1] === 0x8b ? 'gzip' : 'none'
  const most = packing === 'none' ? file.size : mostUnpacked(file.size, unpackedLimit)
  return { file, title: basename(path), packing, start: 0, packed: file.size, most }
}

/** Leaves: a place holds more, or claims to, than it may unpack to. */
export const tellTooLarge = ({ title, packed, most }: Place, claim?: number): never =>
  unreadable(
    'data-too-large',
    claim === undefined
      ? `${title} unpacks to more than ${formatBytes(most)}, from ${formatBytes(packed)}`
      : `${title} claims to unpack from ${formatBytes(packed)} to ${formatBytes(claim)}, more than the ${formatBytes(most)} that are allowed`,
    {
      hint: 'If it is meant to be so large, allow it in the step: `unpackedLimit: 4 GB`. Otherwise fetch the file again.',
    },
  )

const unpacker = (packing: Place['packing']): Transform | undefined =>
  packing === 'gzip' ? createGunzip() : packing === 'deflate' ? createInflateRaw() : undefined

/** What the pieces of a place unpack to. */
async function* turnedBy(turned: Transform, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const raw = Readable.from(pieces, { objectMode: false })
  raw.on('error', error => turned.destroy(error))
  raw.pipe(turned)
  try {
    for await (const chunk of turned as AsyncIterable<Uint8Array>) yield chunk
  } finally {
    raw.destroy()
    turned.destroy()
  }
}

/**
 * The unpacked bytes of a place, in pieces, so that a reader may stop after a header. Leaves with `file-corrupt`
 * (offsets unpacked, counted from the place's beginning) where the packing is damaged or cut off, and with
 * `data-too-large` where there are more than the place may unpack to.
 */
export async function* unpacked(place: Place): AsyncGenerator<Uint8Array> {
  const { file, title, packing, start, packed, most } = place
  if (packed === 0) return
  const pieces = file.pieces(start, packed)
  const turned = unpacker(packing)
  let given = 0
  try {
    for await (const chunk of turned ? turnedBy(turned, pieces) : pieces) {
      given += chunk.byteLength
      if (given > most) tellTooLarge(place)
      yield chunk
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (!code?.startsWith('Z_')) throw error
    unreadable(
      'file-corrupt',
      code === 'Z_BUF_ERROR'
        ? `${title}: its ${packing} data ends in the middle, after ${given} unpacked bytes (${packed} packed)`
        : `${title}: its ${packing} data is damaged near unpacked byte ${given} (${message})`,
      { hint: 'Download or copy the file again.' },
    )
  }
}

/** The first `length` unpacked bytes; fewer where there are no more. */
export const readBeginning = async (place: Place, length: number): Promise<Uint8Array> => {
  if (place.packing === 'none') return place.file.read(place.start, Math.min(length, place.packed))
  const bytes = new Uint8Array(length)
  let at = 0
  for await (const chunk of unpacked(place)) {
    const part = chunk.subarray(0, length - at)
    bytes.set(part, at)
    at += part.byteLength
    if (at === length) break
  }
  return bytes.subarray(0, at)
}

/** DEFLATE cannot shrink by more (RFC 1951: 258 bytes for at least 2 bits), so no header may claim more than this. */
const possible = (place: Place): number =>
  place.packing === 'none' ? place.packed : place.packed * 1032 + 1024

/** Could a place hold this many unpacked bytes? Asked before any memory is taken on a header's word. */
export const mayHold = (place: Place, bytes: number): boolean => bytes <= possible(place)
