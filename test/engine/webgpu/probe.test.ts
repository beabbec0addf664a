import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { noteAdapter } from '../../../src/engine/webgpu/adapter.js'
import { lookAtDrivers, type Drivers } from '../../../src/engine/webgpu/drivers.js'
import { installVulkan } from '../../../src/engine/webgpu/mend.js'
import { explain, probeWebgpu } from '../../../src/engine/webgpu/probe.js'
import { openEngine } from '../../../src/engine/open.js'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'

const test = suite('is there a GPU')

const whole: Drivers = { loader: true, manifests: ['lvp_icd.json 1 2'], devices: [], closed: [] }
const none = { type: 'none', said: '' } as const

/** What Dawn 0.6.2 wrote on a machine with Mesa 22.3. */
const refused = `Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.
 - While initializing adapter (backend=BackendType::Vulkan)
    at InitializeImpl (/home/runner/third_party/dawn/src/dawn/native/vulkan/PhysicalDeviceVk.cpp:257)
`

test('each way to have no adapter has its own sentence, and a command that mends it', () => {
  const cases: [ReturnType<typeof explain>, RegExp, RegExp][] = [
    [explain(none, { ...whole, loader: false }), /no Vulkan loader \(libvulkan\.so\.1\)/, /libvulkan|vulkan/],
    [explain(none, { ...whole, manifests: [] }), /no Vulkan driver\./, /vulkan/],
    [
      explain({ type: 'none', said: refused }, whole),
      /refuses the Vulkan driver: Vulkan shaderUniform\*ArrayDynamicIndexing required \(Mesa before 23/,
      /mesa|vulkan/,
    ],
    [
      explain(none, { ...whole, devices: ['/dev/dri/renderD128'], closed: ['/dev/dri/renderD128'] }),
      /you may not open \/dev\/dri\/renderD128/,
      /usermod -aG render,video/,
    ],
    [
      explain({ type: 'failed', how: 'ended by SIGSEGV', said: '' }, whole),
      /Dawn ended by SIGSEGV when it was asked/,
      /engine: wasm/,
    ],
    [
      explain(
        { type: 'failed', how: 'ended with exit code 1', said: "Error: version `GLIBC_2.38' not found\n" },
        whole,
      ),
      /exit code 1 .*GLIBC_2\.38/,
      /engine: wasm/,
    ],
    [explain(none, whole), /found no adapter\.$/, /vulkaninfo/],
  ]
  for (const [{ why, hint }, sentence, command] of cases) {
    assert.match(why, sentence)
    assert.match(hint, command)
  }
  assert.is(new Set(cases.map(([{ why }]) => why)).size, cases.length)
})

test('the command is the one of the system', () => {
  const of = (os: string): string => installVulkan(os)
  const debian = 'ID=debian\nVERSION_CODENAME='
  assert.match(
    of(`${debian}bookworm\n`),
    'apt-get install -t bookworm-backports libvulkan1 mesa-vulkan-drivers',
  )
  assert.match(of(`${debian}trixie\n`), 'apt-get install libvulkan1 mesa-vulkan-drivers')
  assert.match(of('ID=linuxmint\nID_LIKE="ubuntu debian"\n'), 'apt-get install libvulkan1')
  assert.match(of('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), 'dnf install')
  assert.match(of('ID=alpine\n'), 'apk add')
  assert.match(of('ID=nixos\n'), "Install Vulkan's loader")
})

test('software is told from a GPU by what Dawn says of the adapter', () => {
  const info = { vendor: 'mesa', architecture: '', device: 'd-', description: ' driver ' }
  assert.equal(noteAdapter(info), { device: 'd', driver: 'driver', software: false })
  for (const more of [
    { isFallbackAdapter: true },
    { architecture: 'software' },
    { device: 'Microsoft Basic Render Driver' },
    { description: 'SwiftShader driver' },
  ])
    assert.is(noteAdapter({ ...info, ...more }).software, true)
})

/** Probes with an environment of its own, and a cache that knows nothing. */
const probedWith = async (env: Record<string, string>): Promise<Awaited<ReturnType<typeof probeWebgpu>>> => {
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    return await probeWebgpu()
  } finally {
    process.env = before
  }
}

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else {
  test('the report names packages, adapter and driver, as the open engine does', async () => {
    const report = await probeWebgpu()
    assert.is(report.available, true)
    assert.match(report.version, /^4\.\d+\.\d+\+\d+, Dawn 0\.\d+\.\d+, .+/)
    assert.is((await openEngine('webgpu')).version, report.version)
  })

  test('without a driver the real probe says so; with it again, it is asked anew', async () => {
    const cache = emptyFolder()
    const without = await probedWith({ XDG_CACHE_HOME: cache, VK_DRIVER_FILES: join(cache, 'none.json') })
    assert.is(without.available, false)
    assert.match(without.why ?? '', 'there is no Vulkan driver')
    const known = readdirSync(join(cache, 'trimtab'))
    assert.is(known.length, 1)
    assert.is((await probedWith({ XDG_CACHE_HOME: cache })).available, true)
    assert.is(readdirSync(join(cache, 'trimtab')).length, 2)
    // Remembered, and without a process.
    const began = lookAtDrivers()
    assert.equal(lookAtDrivers(), began)
    assert.is((await probedWith({ XDG_CACHE_HOME: cache, PATH: '' })).available, true)
    assert.is(readdirSync(join(cache, 'trimtab')).length, 2)
  })
}
