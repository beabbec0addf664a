import { zipSync, type Zippable } from 'fflate'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpackWheel } from '../../../src/engine/native/build/unpack.js'
import {
  allows,
  compareVersions,
  cudaRequirements,
  parseWheelName,
  platformTags,
} from '../../../src/engine/native/build/wheel.js'
import { DamagedZip } from '../../../src/engine/native/build/zip.js'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'

const test = suite('wheels')

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url')

const library = 'tensorflow/libtensorflow_cc.so.2'
const parts = (): Record<string, Uint8Array> => ({
  [library]: Buffer.concat([randomBytes(300_000), Buffer.alloc(2_000_000)]),
  'tensorflow/libtensorflow_framework.so.2': randomBytes(1000),
  'tensorflow/include/tensorflow/c/c_api.h': Buffer.from('// c_api\n'),
  'tensorflow/include/tensorflow/compiler/mlir/tf.h': Buffer.from('// not needed\n'),
  'tensorflow/python/ops.py': Buffer.from('pass\n'),
  'nvidia/cudnn/lib/libcudnn.so.9': randomBytes(500),
  'tensorflow-2.21.0.dist-info/METADATA': Buffer.from('Name: tensorflow\n'),
})

/** A wheel of these files, with their digests in its RECORD. `stored`: files that are not packed. */
const wheelOf = (
  files: Record<string, Uint8Array>,
  record = (name: string, bytes: Uint8Array): string => `${name},sha256=${sha(bytes)},${bytes.length}`,
  stored: readonly string[] = [],
): string => {
  const listed = Object.entries(files).map(([name, bytes]) => record(name, bytes))
  const all: Record<string, Uint8Array> = {
    ...files,
    'tensorflow-2.21.0.dist-info/RECORD': Buffer.from(`${listed.join('\n')}\n`),
  }
  const zippable: Zippable = Object.fromEntries(
    Object.entries(all).map(([name, bytes]) => [name, [bytes, { level: stored.includes(name) ? 0 : 6 }]]),
  )
  const path = join(emptyFolder(), 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl')
  writeFileSync(path, zipSync(zippable))
  return path
}

test('what the engine needs of a wheel is unpacked, byte for byte, and nothing else', async () => {
  const files = parts()
  const site = join(emptyFolder(), 'site')
  let told = 0
  await unpackWheel(wheelOf(files, undefined, ['nvidia/cudnn/lib/libcudnn.so.9']), site, {
    progress: (done, total) => {
      assert.ok(done <= total)
      told = done
    },
  })
  for (const [name, bytes] of Object.entries(files)) {
    const wanted = !/mlir|python/.test(name)
    assert.is(existsSync(join(site, name)), wanted, name)
    if (wanted) assert.ok(readFileSync(join(site, name)).equals(bytes), name)
  }
  assert.ok(told > 2_000_000)
})

const refused = async (wheel: string): Promise<string> => {
  const error = await unpackWheel(wheel, join(emptyFolder(), 'site')).then(
    () => undefined,
    (error: unknown) => error,
  )
  // An inflater that meets nonsense says so itself.
  assert.ok(
    error instanceof DamagedZip || (error as { code?: string })?.code?.startsWith('Z_'),
    String(error),
  )
  return String(error)
}

test('a wheel that is torn, or holds another file than it records, is refused', async () => {
  assert.match(
    await refused(
      wheelOf(parts(), (name, bytes) => `${name},sha256=${sha(name === library ? randomBytes(4) : bytes)},`),
    ),
    'is not the file that the wheel records',
  )
  const torn = wheelOf(parts())
  truncateSync(torn, 200_000)
  assert.match(await refused(torn), 'no whole zip archive')
  const empty = join(emptyFolder(), 'empty.whl')
  writeFileSync(empty, '')
  assert.match(await refused(empty), 'no whole zip archive')
  const flipped = wheelOf(parts())
  const bytes = readFileSync(flipped)
  bytes[1000]! ^= 0xff
  writeFileSync(flipped, bytes)
  await refused(flipped)
})

test('a wheel that names files outside of itself is refused before anything is written', async () => {
  const site = join(emptyFolder(), 'site')
  const wheel = wheelOf({ ...parts(), 'tensorflow/../../../libtensorflow_cc.so.2': randomBytes(9) })
  assert.match(String(await unpackWheel(wheel, site).catch((error: unknown) => error)), 'outside of itself')
  assert.not.ok(existsSync(site))
})

test('versions and specifiers', () => {
  assert.ok(compareVersions('2.9.1', '2.12') < 0)
  assert.is(compareVersions('2.16', '2.16.0'), 0)
  const cases: readonly [string, string, boolean][] = [
    ['==2.21.0', '2.21.0', true],
    ['==2.16.*', '2.16.2', true],
    ['==2.16.*', '2.1.2', false],
    ['==2.1.*', '2.16.2', false],
    ['<10.0,>=9.3.0.75', '9.5.1.17', true],
    ['<10.0,>=9.3.0.75', '10.0', false],
    ['!=2.17.0', '2.17.0', false],
    ['~=2.16.1', '2.16.9', true],
    ['~=2.16.1', '2.17.0', false],
    ['', '1', true],
  ]
  for (const [specifier, version, wanted] of cases)
    assert.is(allows(specifier, version), wanted, `${version} ${specifier}`)
})

test('wheel names, and the platforms whose wheels run here', () => {
  assert.equal(
    parseWheelName('tensorflow_cpu-2.16.2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'),
    {
      file: 'tensorflow_cpu-2.16.2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      project: 'tensorflow-cpu',
      version: '2.16.2',
      python: ['cp312'],
      platforms: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    },
  )
  assert.is(parseWheelName('tensorflow-2.16.2.tar.gz'), undefined)
  const tags = platformTags('linux', 'x64', '2.27')
  assert.is(tags[0], 'manylinux_2_27_x86_64')
  assert.ok(tags.includes('manylinux2014_x86_64'))
  assert.not.ok(tags.includes('manylinux_2_28_x86_64'))
  assert.equal(platformTags('linux', 'x64', ''), [], 'musl has none')
  assert.equal(platformTags('linux', 'ia32', '2.36'), [])
  assert.ok(platformTags('darwin', 'arm64').includes('macosx_12_0_arm64'))
})

test("NVIDIA's libraries are those of the extra and-cuda", () => {
  const metadata = `Requires-Dist: numpy>=1.26.0
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu11 (==8.7.0.84) ; extra == 'and-cuda'
Requires-Dist: tensorrt (==8.5.3.1) ; extra == 'and-cuda'
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; python_version < "3.13" and extra == "gcs-filesystem"`
  assert.equal(cudaRequirements(metadata), [
    { project: 'nvidia-cublas-cu12', specifier: '<13.0,>=12.5.3.2' },
    { project: 'nvidia-cudnn-cu11', specifier: '==8.7.0.84' },
  ])
})
