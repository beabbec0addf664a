// Runs every test file (or those whose path holds one of the arguments) in a process of its own, two at once.
import { spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'
import { compileFiles } from './compile.mjs'
import { filesBelow } from './stamp.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = `.build/${process.pid}`
const limit = Number(process.env.TRIMTAB_TEST_SECONDS ?? 120) * 1000
const started = Date.now()

const total = { passed: 0, failed: 0, skipped: 0 }
try {
  await buildAll()
} catch (error) {
  // The rooms' own tests still say something; those of the real command run what was built last.
  console.log(`  FAIL  build: ${error instanceof Error ? error.message : String(error)}`)
  total.failed++
}
const isCode = file =>
  /\.(ts|mts)$/.test(file) && !file.includes('/assembly/') && !file.includes('/fixtures/')
const code = ['src', 'test', 'bench'].flatMap(folder => filesBelow(folder)).filter(isCode)
await compileFiles(code, out, 'warning')
cpSync('test', join(out, 'test'), { recursive: true, filter: source => !source.endsWith('.test.ts') })

const wanted = process.argv.slice(2)
const files = code
  .filter(file => file.endsWith('.test.ts'))
  .filter(file => wanted.length === 0 || wanted.some(part => file.includes(part)))

const runFile = file =>
  new Promise(done => {
    const child = spawn(process.execPath, ['--enable-source-maps', join(out, file.replace(/\.ts$/, '.js'))], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Engines that somebody built here must not change what `auto` means for the tests.
      env: {
        ...process.env,
        TRIMTAB_ENGINES: join(root, out, 'engines'),
        TRIMTAB_WEBGPU: 'asked',
        FORCE_COLOR: '0',
        NO_COLOR: '1',
      },
    })
    let text = ''
    child.stdout.on('data', chunk => (text += chunk))
    child.stderr.on('data', chunk => (text += chunk))
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, limit)
    child.once('close', exit => {
      clearTimeout(timer)
      const count = name => Number(new RegExp(`\\n  ${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0)
      const tests = count('Total')
      const passed = count('Passed')
      // A file that ran no test, ended badly or was killed counts as one failure more than its tests say.
      const broken = tests === 0 || late || (exit !== 0 && passed === tests)
      total.passed += passed
      total.failed += tests - passed + (broken ? 1 : 0)
      total.skipped += count('Skipped')
      const name = relative('test', file).replace(/\.test\.ts$/, '')
      if (exit === 0 && !broken) console.log(`  ok    ${name} (${passed})`)
      else
        console.log(
          `  FAIL  ${name}${late ? `: killed after ${limit / 1000} s` : tests === 0 ? ': ran no test' : ''}\n${text}`,
        )
      done()
    })
  })

const waiting = [...files]
const lane = async () => {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await runFile(file)
}
try {
  await Promise.all([lane(), lane()])
} finally {
  rmSync(join(root, out), { recursive: true, force: true })
}
if (total.passed + total.failed === 0) {
  console.log('no test ran')
  total.failed = 1
}
console.log(`\n${files.length} files in ${((Date.now() - started) / 1000).toFixed(0)} s`)
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
)
process.exitCode = total.failed > 0 ? 1 : 0
