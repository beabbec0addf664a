import type { DoctorReport } from '../../src/core/doctor.js'
import { problem } from '../../src/core/problem.js'
import { doctorLines } from '../../src/report/doctor.js'
import { paintFor, width, type Paint } from '../../src/report/paint.js'
import { problemLines } from '../../src/report/problems.js'
import { table } from '../../src/report/table.js'
import { fitFrame, hang } from '../../src/report/wrap.js'
import { assert, suite } from '../suite.js'

const test = suite('narrow terminals')
const terminal = (columns: number): Paint => paintFor({ isTTY: true, columns })
const plain = paintFor({ isTTY: false, columns: 30 })

const fits = (lines: readonly string[], columns: number): void => {
  for (const line of lines) assert.ok(width(line) <= columns, `${width(line)} columns: ${line}`)
}

const columns = [{ title: 'gate' }, { title: 'took', align: 'right' as const }, { title: 'found' }]
const rows = [['accurate', '12', 'the accuracy of int8 and base was not measured on a test split']]

test('a table that is too wide breaks its texts between words, within their columns', () => {
  const lines = table(columns, rows, terminal(44))
  fits(lines, 44)
  assert.ok(lines.length > 2)
  const found = lines.slice(1).map(line => line.slice(16).trim())
  assert.is(found.join(' '), rows[0]![2])
  // What is not a terminal gets whole lines, however wide it says that it is.
  assert.is(table(columns, rows, plain).length, 2)
})

test('a table that cannot fit keeps its widths, and a cell that is broken its colour', () => {
  const long = [['a', '1', 'x'.repeat(60)]]
  assert.equal(table(columns, long, terminal(40)).length, 2)
  const [, first, second] = table(
    [{ title: 'x' }, { title: 'y' }],
    [['abcdefgh', '\u001B[2mone two three\u001B[22m']],
    terminal(20),
  )
  for (const line of [first!, second!])
    assert.ok(line.includes('\u001B[2m') && line.endsWith('\u001B[22m'), JSON.stringify(line))
})

test('a column that is empty but for its colour codes is left out', () => {
  assert.equal(table([{ title: 'x' }, { title: 'note' }], [['a', '\u001B[2m\u001B[22m']], plain), ['x', 'a'])
})

test('a long text hangs below its first line, and loses no word', () => {
  const text = 'one two three four five six seven eight nine ten eleven twelve'
  const lines = hang('  → ', text, 4, terminal(40))
  fits(lines, 40)
  assert.ok(lines.slice(1).every(line => line.startsWith('    ')))
  assert.is(
    lines
      .join(' ')
      .replaceAll(/[\s→]+/g, ' ')
      .trim(),
    text,
  )
  assert.equal(hang('  → ', text, 4, plain), [`  → ${text}`])
})

test('a command stays in one line, so that it can be copied', () => {
  const text = 'It is not built. Run `trimtab engine build native`, or use `engine: wasm`.'
  const lines = hang('  → ', text, 4, terminal(44))
  fits(lines, 44)
  for (const command of ['`trimtab engine build native`,', '`engine: wasm`.'])
    assert.ok(
      lines.some(line => line.includes(command)),
      lines.join('\n'),
    )
  // One that fits no line is broken like all else.
  fits(hang('', `Run \`${'word '.repeat(20)}end\`.`, 0, terminal(44)), 44)
})

test('the caret stays below what it points at', () => {
  const line = `  d: {kind: train, data: digits, engine: cpu, model: {layers: [flatten, {dense: {units: 10}}]}}`
  const at = line.indexOf('cpu')
  const frame = [`  8 | ${line}`, `    | ${' '.repeat(at)}^^^`].join('\n')
  for (const wide of [50, 60, 80]) {
    const [code, caret] = fitFrame(frame, 2, terminal(wide))
    fits([`  ${code}`, `  ${caret}`], wide)
    assert.is(code!.slice(caret!.indexOf('^'), caret!.indexOf('^') + 3), 'cpu')
  }
  assert.equal(fitFrame(frame, 2, plain).join('\n'), frame)
})

test('problems and their hints fit', () => {
  const each = problem('engine-missing', `no engine is available here ${'and more '.repeat(12)}`, {
    hint: `native: ${'word '.repeat(30)}\nwasm: ${'word '.repeat(30)}`,
  })
  const lines = problemLines([each], terminal(72))
  fits(lines, 72)
  assert.is(lines.filter(line => line.includes('→')).length, 2)
})

const report: DoctorReport = {
  version: '0.1.0',
  home: '/somewhere/trimtab',
  machine: {
    system: 'linux 6.1.0 x64',
    distribution: 'Debian GNU/Linux 12 (bookworm)',
    libc: 'glibc 2.36',
    processor: 'AMD EPYC 7B13 64-Core Processor',
    cores: 2,
    simd: ['sse4_1', 'avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'amx_int8'],
    memory: { total: 25e9, free: 24e9 },
    node: '20.20.2',
    wasmSimd: true,
  },
  gpus: [{ name: 'NVIDIA H100 80GB HBM3', memory: 85e9, driver: '550.54.15', capability: '9.0' }],
  looked: ['nvidia-smi lists 1 GPU', 'Vulkan: drivers gfxstream_vk, intel_hasvk, intel, lvp, radeon, virtio'],
  parts: [
    {
      name: 'native engine tf2.21.0-cpu',
      version: 'TensorFlow 2.21.0',
      note: 'libtensorflow for the CPU, from tensorflow_cpu-2.21.0-cp311-manylinux.whl',
    },
    { name: 'native engine', note: 'none is built' },
  ],
  build: { engines: '/somewhere/.trimtab/engines', free: 69e9, pip: 'pip 24.0 of Python 3.11' },
  settings: { TRIMTAB_ENGINES: '/somewhere/.trimtab/engines' },
  engines: [
    {
      name: 'native',
      available: false,
      version: '',
      promise: 'within 2.8e-6',
      why: '@tensorflow/tfjs-node-gpu is installed, its addon is not built',
      mend: 'Run `trimtab engine build native`.',
    },
    {
      name: 'wasm',
      available: true,
      version: '4.22.0+abc',
      promise: 'the same bits on every machine',
      trial: {
        works: true,
        difference: 6e-7,
        rate: 2000,
        opened: 30,
        memory: 1e8,
        mode: 'operation by operation',
      },
    },
    {
      name: 'cpu',
      available: true,
      version: '4.22.0',
      promise: 'the same bits on the same processor and Node',
      trial: { works: false, why: 'its process was ended by SIGSEGV' },
    },
  ],
  auto: { engine: 'wasm', why: 'native is not available' },
}

test('the page of the doctor fits 80 columns, and says what engines are built with', () => {
  fits(doctorLines(report, terminal(80)), 80)
  const text = doctorLines(report, plain).join('\n')
  assert.match(text, /^Trimtab {4}0\.1\.0 in \/somewhere\/trimtab$/m)
  assert.match(text, /^built with no C\+\+ compiler; pip 24\.0 of Python 3\.11$/m)
  assert.match(text, /^settings {3}TRIMTAB_ENGINES=/m)
  assert.match(text, /^– native .* not available$/m)
  assert.match(text, /^✘ cpu .* does not train$/m)
  assert.match(text, /^✔ `engine: auto` takes wasm: native is not available\.$/m)
  const broken = { ...report, auto: { engine: 'cpu', why: 'x' } } as const
  assert.match(doctorLines(broken, plain).join('\n'), /^✘ `engine: auto` takes cpu/m)
})
