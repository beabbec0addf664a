import { join } from 'node:path'
import { libraryNames } from './tensorflow.js'
import { DamagedZip, readEntries, readText, unpackEntry, withZip, type ZipEntry } from './zip.js'

// Of a TensorFlow wheel only what the addon is built from and runs on is unpacked: two libraries, a few headers, the
// licences. The rest (Python, 13,000 other headers) is left in it.

const headers =
  /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/(platform|public)\/|(tensorflow|xla)\/tsl\/(c|platform)\/|tsl\/(c|platform)\/).*\.h$/
const kept = [
  /^tensorflow\/(THIRD_PARTY_NOTICES\.txt|include\/LICENSE|python\/platform\/build_info\.py)$/,
  /^[^/]+\.dist-info\/(METADATA|WHEEL|RECORD|(licenses\/)?(LICENSE|NOTICE|License)[^/]*)$/,
]
/** Of NVIDIA's wheels: the libraries, and what compiles and links kernels at run time. */
const cudaParts = /^nvidia\/[^/]+\/(lib\/[^/]*\.so[^/]*|bin\/(ptxas|nvlink)|nvvm\/libdevice\/[^/]*)$/

const isWanted = (name: string): boolean =>
  headers.test(name) ||
  libraryNames().some(library => name === `tensorflow/${library}`) ||
  kept.some(pattern => pattern.test(name)) ||
  cudaParts.test(name)

/** Where TensorFlow's headers lie. Those that are kept (1.5 MB) let the addon be built again without a download. */
export const includeFolder = (site: string): string => join(site, 'tensorflow', 'include')

/** SHA-256 of each file, as the wheel's `RECORD` has it. */
const recordedDigests = (record: string): Map<string, string> =>
  new Map(
    record.split('\n').flatMap(line => {
      const found = /^"?(.+?)"?,sha256=([\w-]+),\d*\r?$/.exec(line)
      return found ? [[found[1]!, found[2]!] as const] : []
    }),
  )

export interface Unpacking {
  /** Bytes written so far, of how many. */
  readonly progress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Names in a zip that would leave the folder it is unpacked to. */
const leaves = ({ name }: ZipEntry): boolean => name.startsWith('/') || name.split('/').includes('..')

/**
 * Unpacks what the engine needs of a wheel into `site`, as pip would lay it out, and checks each file by the digest that
 * the wheel records. Throws DamagedZip.
 */
export const unpackWheel = (
  wheel: string,
  site: string,
  { progress, signal }: Unpacking = {},
): Promise<void> =>
  withZip(wheel, async file => {
    const entries = await readEntries(file)
    if (entries.some(leaves)) throw new DamagedZip('it names files outside of itself')
    const record = entries.find(({ name }) => /^[^/]+\.dist-info\/RECORD$/.test(name))
    if (!record) throw new DamagedZip('it has no RECORD: it is no wheel')
    const digests = recordedDigests(await readText(file, record))
    const wanted = entries.filter(({ name }) => isWanted(name))
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0)
    let done = 0
    for (const entry of wanted) {
      const digest = await unpackEntry(
        file,
        entry,
        join(site, entry.name),
        bytes => progress?.((done += bytes), total),
        signal,
      )
      const expected = digests.get(entry.name)
      if (expected !== undefined && expected !== digest)
        throw new DamagedZip(`${entry.name} is not the file that the wheel records`)
    }
  })
