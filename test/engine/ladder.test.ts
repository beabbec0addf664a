import { existsSync } from 'node:fs'
import { engineNames } from '../../src/core/engine-name.js'
import type { EngineReport } from '../../src/engine/engine.js'
import { kernelsFile } from '../../src/engine/kernels/file.js'
import { chooseEngine } from '../../src/engine/ladder.js'
import { openEngine } from '../../src/engine/open.js'
import { probeEngines } from '../../src/engine/probe.js'
import { assert, suite } from '../suite.js'

const test = suite('engine ladder')
const reports = await probeEngines()
const reportOf = (name: string): EngineReport => reports.find(report => report.name === name)!

test('every engine is reported; what is not available says why and what to do', () => {
  assert.equal(
    reports.map(report => report.name),
    [...engineNames],
  )
  for (const report of reports.filter(each => !each.available)) {
    assert.match(report.why ?? '', /.{20}/)
    assert.match(report.hint ?? '', /.{10}/)
    assert.is(report.version, '')
  }
  assert.match(reportOf('native').hint ?? '', 'trimtab engine build native')
})

test('the probe names the version that the engine has when it is open', async () => {
  assert.ok(existsSync(kernelsFile()))
  for (const name of ['wasm', 'cpu'] as const) {
    const engine = await openEngine(name)
    assert.equal([engine.version, engine.promise], [reportOf(name).version, reportOf(name).promise])
  }
})

test('a probe takes milliseconds', async () => {
  const started = performance.now()
  await probeEngines()
  assert.ok(performance.now() - started < 100)
})

test('auto takes the best that is available, and never cpu', () => {
  const chosen = chooseEngine('auto', reports)
  assert.equal(chosen, { ok: true, value: { name: 'wasm', version: reportOf('wasm').version }, problems: [] })
  const native: EngineReport = {
    name: 'native',
    available: true,
    version: '9',
    promise: { kind: 'bitwise', across: 'machines' },
  }
  const better = chooseEngine('auto', [...reports.filter(each => each.name !== 'native'), native])
  assert.equal(better.ok && better.value, { name: 'native', version: '9' })
  const none = chooseEngine(
    'auto',
    reports.map(report =>
      report.name === 'wasm' ? { ...report, available: false, why: 'no SIMD.', hint: 'Get SIMD.' } : report,
    ),
  )
  assert.is(none.ok, false)
  assert.is(none.problems[0]!.code, 'engine-missing')
  // Each engine has its own line of what to do.
  const lines = none.problems[0]!.hint!.split('\n')
  for (const part of ['native: ', 'webgpu: ', 'wasm: no SIMD. Get SIMD.'])
    assert.ok(
      lines.some(line => line.startsWith(part)),
      part,
    )
  assert.not.match(none.problems[0]!.hint!, 'or use `engine: wasm`')
})

test('auto does not take what is available for those who ask alone, not even where the lock names it', () => {
  const software = reports.map((each): EngineReport =>
    each.name === 'webgpu'
      ? {
          name: each.name,
          promise: each.promise,
          available: true,
          version: '5',
          notForAuto: 'llvmpipe is software.',
        }
      : each,
  )
  const chosen = chooseEngine('auto', software)
  assert.is(chosen.ok && chosen.value.name, 'wasm')
  const locked = chooseEngine('auto', software, 'webgpu')
  assert.is(locked.ok && locked.value.name, 'wasm')
  assert.match(locked.problems[0]!.message, 'is not available here (llvmpipe is software.): wasm is used')
  const asked = chooseEngine('webgpu', software)
  assert.equal(asked.ok && asked.value, { name: 'webgpu', version: '5' })
})

test('an engine asked for by name is that one or a problem; cpu says what it costs', () => {
  const native = chooseEngine('native', reports)
  assert.is(native.ok, false)
  assert.is(native.problems[0]!.code, 'engine-missing')
  assert.match(native.problems[0]!.message, 'the native engine is not available')
  assert.ok(native.problems[0]!.hint)
  const cpu = chooseEngine('cpu', reports)
  assert.is(cpu.ok && cpu.value.name, 'cpu')
  assert.is(cpu.problems[0]!.severity, 'warning')
  assert.is(cpu.problems[0]!.code, 'engine-slow')
})

test('an engine that is slower here than elsewhere is taken, with a warning', () => {
  const slow = reports.map((each): EngineReport =>
    each.name === 'wasm' ? { ...each, slow: 'it has no SIMD here' } : { ...each, available: false },
  )
  for (const asked of ['auto', 'wasm'] as const) {
    const chosen = chooseEngine(asked, slow)
    assert.is(chosen.ok && chosen.value.name, 'wasm')
    assert.equal(
      chosen.problems.map(({ code, severity, message }) => [code, severity, message]),
      [['engine-slow', 'warning', 'the wasm engine is slow here: it has no SIMD here']],
    )
  }
})

test('auto takes what the lock names where that is there, else with a warning what it would take anyway', () => {
  const all: EngineReport[] = reports.map(each => ({ ...each, available: true, version: '1' }))
  assert.is((chooseEngine('auto', all) as { value: { name: string } }).value.name, 'native')
  const locked = chooseEngine('auto', all, 'wasm')
  assert.ok(locked.ok)
  assert.equal([locked.value.name, locked.problems], ['wasm', []])
  const without = chooseEngine('auto', reports, 'webgpu')
  assert.ok(without.ok)
  assert.is(without.value.name, 'wasm')
  assert.equal(
    without.problems.map(({ code, severity }) => [code, severity]),
    [['engine-not-locked', 'warning']],
  )
  const asked = chooseEngine('cpu', all, 'wasm')
  assert.ok(asked.ok)
  assert.is(asked.value.name, 'cpu')
})
