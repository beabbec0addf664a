import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DoctorReport } from '../../src/core/doctor.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('trimtab doctor')

/** A folder for PATH with one program in it. */
const programs = (name: string, script: string): string => {
  const folder = emptyFolder()
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
  return `${folder}:${process.env['PATH']}`
}

/** No driver of Vulkan: a software adapter would be trained on for long. */
const noVulkan = { VK_DRIVER_FILES: '/nowhere.json' }

const reportIn = (stdout: string): DoctorReport => JSON.parse(stdout) as DoctorReport
const engineIn = (report: DoctorReport, name: string) => report.engines.find(each => each.name === name)!

test('trains on what is here, compares, and says what auto takes and what mends the rest', async () => {
  const folder = emptyFolder()
  const ran = await trimtab(folder, ['doctor', '--json'], { ...noVulkan, TRIMTAB_HEAP: '2000' })
  assert.is(ran.code, 0, ran.stderr)
  const report = reportIn(ran.stdout)
  assert.equal(
    report.engines.map(({ name }) => name),
    ['native', 'webgpu', 'wasm', 'cpu'],
  )
  const [native, webgpu, wasm, cpu] = report.engines
  assert.is(native!.available, false)
  assert.is(native!.mend, 'Run `trimtab engine build native`.')
  assert.is(webgpu!.available, false)
  assert.ok(webgpu!.why && webgpu!.mend)
  assert.ok(wasm!.trial?.works && wasm!.trial.difference < 1e-5 && wasm!.trial.difference > 0)
  assert.ok(cpu!.trial?.works && wasm!.trial.works && wasm!.trial.rate > 5 * cpu!.trial.rate)
  assert.is(report.auto.engine, 'wasm')
  assert.is(report.auto.why, 'native is not available, webgpu is not available')
  assert.ok(report.machine.cores > 0 && report.machine.memory.total > 0)
  assert.is(report.machine.node, process.versions.node)
  assert.is(report.settings['TRIMTAB_HEAP'], '2000')
  assert.ok(report.build.engines.endsWith('engines'), report.build.engines)
  assert.ok(report.build.free! > 0 && existsSync(join(report.home, 'package.json')))
  assert.ok(report.parts.some(({ name, version }) => name === '@tensorflow/tfjs-core' && version))
})

test('an addon that does not load is told with its cause, and auto goes past it', async () => {
  const engines = emptyFolder()
  const folder = emptyFolder()
  const built = join(engines, 'tf2.21.0-cpu')
  mkdirSync(built)
  writeFileSync(join(built, 'engine.json'), '{"version": 1, "name": torn')
  const ran = await trimtab(folder, ['doctor'], { ...noVulkan, TRIMTAB_ENGINES: engines })
  assert.is(ran.code, 0, ran.stderr)
  assert.match(ran.stdout, /– native/)
  assert.match(ran.stdout, /`engine: auto` takes wasm/)
  assert.match(ran.stdout, /native {3}.*\n {9}→ .*trimtab engine build native/)
  assert.not.match(ran.stdout + ran.stderr, /\n {4}at /)
})

test('GPUs as nvidia-smi names them, and its own failures', async () => {
  const lists = 'echo "GPU-1, NVIDIA H100 80GB HBM3, 81559, 550.54.15, 9.0"'
  const there = await trimtab(emptyFolder(), ['doctor', '--json'], {
    ...noVulkan,
    PATH: programs('nvidia-smi', lists),
  })
  assert.equal(reportIn(there.stdout).gpus, [
    { name: 'NVIDIA H100 80GB HBM3', memory: 81559 * 2 ** 20, driver: '550.54.15', capability: '9.0' },
  ])
  const smi = 'echo "Failed to initialize NVML: Driver/library version mismatch" >&2; exit 18'
  const ran = await trimtab(emptyFolder(), ['doctor', '--json'], {
    ...noVulkan,
    PATH: programs('nvidia-smi', smi),
  })
  const { gpus, looked } = reportIn(ran.stdout)
  assert.equal(gpus, [])
  assert.ok(
    looked.includes('nvidia-smi fails: Failed to initialize NVML: Driver/library version mismatch'),
    looked.join('\n'),
  )
  assert.ok(engineIn(reportIn(ran.stdout), 'wasm').trial?.works)
})
