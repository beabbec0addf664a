import { readFileSync, writeFileSync } from 'node:fs'

/** Bytes that a case may take beside those that grow with its files. */
const base = 64e6

/** A packed file may unpack to so many bytes, or to so many times its own. */
const unpacked = { bytes: 32 * 2 ** 20, times: 50 }

const isPacked = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x50 && bytes[1] === 0x4b)

/** The stated bound: 64 MB, and 8 bytes for each of the files, or for each that a packed one may unpack to. */
export const boundOf = (files: ReadonlyMap<string, Uint8Array>): number =>
  [...files.values()].reduce(
    (sum, bytes) =>
      sum + 8 * (isPacked(bytes) ? Math.max(unpacked.bytes, unpacked.times * bytes.length) : bytes.length),
    base,
  )

const field = (name: string): number => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(found?.[1] ?? 0) * 1024
}

const collect = (globalThis as { gc?: () => void }).gc

/** Bytes of garbage after which it is collected before the next case: each time would take longer than a case. */
const slack = 24e6
let settled = 0

/** A claim that is never written to takes no memory yet, but addresses: so many more count as taken. */
const addresses = 2 ** 30

/** Runs something and gives by how much the process grew at its largest: Linux keeps a mark of that, which is lowered first. */
export const measured = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly memory: number }> => {
  // Other systems keep no such mark: there the results alone are looked at.
  if (process.platform !== 'linux') return { value: await work(), memory: 0 }
  if (field('VmRSS') > settled + slack) {
    collect?.()
    settled = field('VmRSS')
  }
  writeFileSync('/proc/self/clear_refs', '5')
  const before = { resident: field('VmRSS'), addressed: field('VmPeak') }
  const value = await work()
  const grown = field('VmHWM') - before.resident
  const claimed = field('VmPeak') - before.addressed
  return { value, memory: Math.max(grown, claimed > addresses ? claimed : 0) }
}
