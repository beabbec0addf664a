import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '../suite.js'

const test = suite('training without SIMD')

test('gives the bits of training with it', async () => {
  const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href)
  const code = `
    const { trainedDigest } = await import(${module('train-digest.js')})
    const { wideDigest } = await import(${module('thread-digest.js')})
    const { probeEngines } = await import(${module('../../src/engine/probe.js')})
    const { openEngine } = await import(${module('../../src/engine/open.js')})
    const { version } = await openEngine('wasm')
    const report = (await probeEngines()).find(({ name }) => name === 'wasm')
    const digests = [await trainedDigest('gru', 2), await wideDigest('convolutional', () => 2)]
    console.log(JSON.stringify({ version, report, digests }))`
  // V8 has no flag against SIMD itself: it leaves it out on a processor without SSE4.1.
  const run = (...flags: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], {
        encoding: 'utf8',
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        timeout: 100_000,
      }),
    ) as { version: string; report: { available: boolean; slow?: string }; digests: string[] }
  if (process.arch !== 'x64') return console.log('not run: only on x64 can SIMD be switched off')
  const without = run('--no-enable-sse4-1')
  assert.match(without.report.slow ?? '', 'without SIMD')
  const { version, report, digests } = run()
  assert.is(report.slow, undefined)
  assert.is(without.version, version)
  assert.equal(without.digests, digests)
})
