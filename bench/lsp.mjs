// What a keystroke costs in `trimtab lsp`: from the change to the problems of that very text, and from the change to an
// answered completion, over stdio, on a recipe of 500 lines.
// Usage: node bench/lsp.mjs [lines] [keystrokes]
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node'
import { buildAll } from '../scripts/build.mjs'

await buildAll()
const lines = Number(process.argv[2] ?? 500)
const keystrokes = Number(process.argv[3] ?? 100)

/** One way from a network to a small one, 37 lines of it. */
const branch = at => `  # way ${at}
  base${at}:
    kind: train
    description: A network of width ${at + 4}.
    data: digits
    model:
      layers:
        - conv2d: {filters: ${at + 4}, kernelSize: 3, padding: same, activation: relu}
        - batchNormalization
        - maxPooling2d
        - conv2d: {filters: ${at + 8}, kernelSize: 3, activation: relu}
        - maxPooling2d
        - flatten
        - dense: {units: 32, activation: relu}
        - dense: {units: 10, activation: softmax}
    optimizer: {adam: {learningRate: 0.001}}
    epochs: \${{ params.epochs }}
  pruned${at}:
    kind: prune
    model: base${at}
    granularity: filter
    sparsity: \${{ params.sparsity }}
    rules:
      - layers: conv2d_1
        exclude: true
  tuned${at}:
    kind: finetune
    model: pruned${at}
    data: digits
    epochs: \${{ params.epochs + 1 }}
  int8x${at}:
    kind: quantize
    model: tuned${at}
    data: digits
    weights: int8
    activations: uint8
  scores${at}: {kind: evaluate, models: [base${at}, tuned${at}, int8x${at}], data: digits, reference: base${at}}
`
const ways = Math.max(1, Math.round((lines - 10) / 39))
const numbers = Array.from({ length: ways }, (_, at) => at)
const head = `trimtab: 1
seed: 7
params:
  epochs: 3
  sparsity: {type: number, default: 0.5, minimum: 0, maximum: 0.95, description: Share of filters.}
steps:
  digits: {kind: dataset, source: {csv: {path: data.csv, label: label}}, shape: [28, 28, 1], split: {train: 0.8, validation: 0.1, test: 0.1}}
`
const gates = numbers
  .map(at => `  kept${at}: {check: int8x${at}.accuracy >= base${at}.accuracy - 0.01}`)
  .join('\n')
const recipe = `${head}${numbers.map(branch).join('')}gates:\n${gates}\n`

const folder = mkdtempSync(join(tmpdir(), 'trimtab-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const pixels = Array.from({ length: 784 }, (_, at) => `p${at}`)
const rows = Array.from(
  { length: 2000 },
  (_, at) => `${pixels.map((_, i) => (at * i) % 255).join(',')},${at % 10}`,
)
writeFileSync(join(folder, 'data.csv'), [[...pixels, 'label'].join(','), ...rows].join('\n'))
const file = join(folder, 'recipe.yml')
writeFileSync(file, recipe)

const started = performance.now()
const child = spawn(process.execPath, ['bin/trimtab.js', 'lsp'], { stdio: ['pipe', 'pipe', 'inherit'] })
const connection = createMessageConnection(
  new StreamMessageReader(child.stdout),
  new StreamMessageWriter(child.stdin),
)
let heard = () => {}
connection.onNotification('textDocument/publishDiagnostics', sent => heard(sent))
connection.listen()
await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
await connection.sendNotification('initialized', {})

const uri = pathToFileURL(file).href
let version = 0
let text = recipe
const saidOf = wanted =>
  new Promise(done => {
    heard = sent => {
      if (sent.version === wanted) done(sent.diagnostics)
    }
  })
const change = next => {
  text = next
  version++
  return connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version },
    contentChanges: [{ text }],
  })
}
const positionOf = offset => {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length - 1, character: before.at(-1).length }
}

version = 1
const opened = saidOf(1)
await connection.sendNotification('textDocument/didOpen', {
  textDocument: { uri, languageId: 'yaml', version, text },
})
const first = await opened
const open = performance.now() - started
if (first.length > 0) throw new Error(JSON.stringify(first.slice(0, 3), null, 1))

/** Texts that are typed, each in a new line after another one; wrong on the way, right in the end. */
const middle = Math.floor(ways / 2)
const typed = [
  { after: `  tuned${middle}:\n    kind: finetune\n`, text: '    batchSize: 64' },
  { after: `  int8x${middle}:\n    kind: quantize\n`, text: '    description: small' },
  { after: 'gates:\n', text: `  mine: {check: int8x${middle}.bytes * 4 <= base${middle}.bytes}` },
  { after: 'steps:\n', text: `  extra: {kind: prune, model: base${middle}, sparsity: 0.5}` },
]
const type = async function* () {
  for (let at = 0; ; at = (at + 1) % typed.length) {
    const { after, text: word } = typed[at]
    const from = recipe.indexOf(after) + after.length
    for (let count = 1; count <= word.length; count++)
      yield {
        next: `${recipe.slice(0, from)}${word.slice(0, count)}\n${recipe.slice(from)}`,
        cursor: from + count,
      }
  }
}

const measure = async (count, work) => {
  const figures = []
  const before = spent()
  for await (const { next, cursor } of type()) {
    if (figures.length === count) return { figures, processor: (spent() - before) / count }
    const began = performance.now()
    await work(next, cursor)
    figures.push(performance.now() - began)
  }
  throw new Error('there is always more to type')
}
const toProblems = async next => {
  const said = saidOf(version + 1)
  await change(next)
  await said
}
const toCompletion = async (next, cursor) => {
  await change(next)
  await connection.sendRequest('textDocument/completion', {
    textDocument: { uri },
    position: positionOf(cursor),
  })
}

/** Processor time of the server so far, in ms; Linux only (a tick of its clock is 10 ms). */
const spent = () => {
  const stat = `/proc/${child.pid}/stat`
  if (!existsSync(stat)) return NaN
  const [user, system] = readFileSync(stat, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * 10
}
const show = (name, { figures, processor }) => {
  const sorted = [...figures].sort((a, b) => a - b)
  const at = share => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0)
  console.log(
    `${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${sorted.at(-1).toFixed(0)} ms; processor ${processor.toFixed(0)} ms each`,
  )
}
console.log(`${recipe.split('\n').length} lines, ${5 * ways + 1} steps, ${keystrokes} keystrokes`)
console.log(`start to the first problems: ${open.toFixed(0)} ms`)
await measure(20, toProblems)
show('keystroke to problems', await measure(keystrokes, toProblems))
await change(recipe)
show('keystroke to completion', await measure(keystrokes, toCompletion))
await connection.sendRequest('shutdown')
await connection.sendNotification('exit')
