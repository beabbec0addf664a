// Parse, check and plan of recipes of 1,000 and 10,000 instances, each in a fresh process, in turn: milliseconds of each
// part, and how many times as long ten times as many take. Usage: node bench/language/scale.mjs [rounds] [--shape NAME]
// [--sizes 1000,10000] [--json]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { compile } from '../../scripts/compile.mjs'
import { median, noopKind, recipeOf } from './noop-kind.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
process.chdir(root)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shape: { type: 'string' },
    sizes: { type: 'string', default: '1000,10000' },
    child: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

/** Recipes of about so many instances. */
const shapes = {
  'trivial steps': recipeOf,
  'real kinds': count => {
    const rows = Array.from(
      { length: Math.max(1, Math.floor(count / 5)) },
      (
        _,
        at,
      ) => `  base${at}: {kind: train, data: digits, seed: ${at}, model: {layers: [flatten, {dense: {units: ${8 + (at % 32)}, activation: relu}}, {dense: {units: 10, activation: softmax}}]}, epochs: "\${{ params.epochs }}"}
  pruned${at}: {kind: prune, model: base${at}, sparsity: 0.5, granularity: unit}
  tuned${at}: {kind: finetune, model: pruned${at}, data: digits, epochs: 2}
  int8${at}: {kind: quantize, model: tuned${at}, data: digits, activations: uint8}
  scores${at}: {kind: evaluate, models: [int8${at}], data: digits, reference: base${at}}`,
    )
    return `trimtab: 1\nparams: {epochs: 3}\nsteps:\n  digits: {kind: dataset, source: {digits: {examples: 5000}}, split: {train: 0.8, validation: 0.1, test: 0.1}}\n${rows.join('\n')}\n`
  },
  /** Five steps a group, each of 100 combinations: 10,000 instances are 100 steps. */
  matrices: count => {
    const list = (length, of) => `[${Array.from({ length }, (_, at) => of(at)).join(', ')}]`
    const rows = Array.from(
      { length: Math.max(1, Math.floor(count / 500)) },
      (
        _,
        at,
      ) => `  base${at}: {kind: train, data: digits, epochs: ${at + 1}, matrix: {units: ${list(10, unit => 8 + unit)}, seed: ${list(10, seed => seed)}}, model: {layers: [flatten, {dense: {units: "\${{ matrix.units }}", activation: relu}}, {dense: {units: 10, activation: softmax}}]}}
  pruned${at}: {kind: prune, model: base${at}, sparsity: 0.5, granularity: unit}
  tuned${at}: {kind: finetune, model: pruned${at}, data: digits, epochs: 2}
  int8${at}: {kind: quantize, model: tuned${at}, data: digits, activations: uint8}
  scores${at}: {kind: evaluate, models: [int8${at}], data: digits}`,
    )
    return `trimtab: 1\nsteps:\n  digits: {kind: dataset, source: {digits: {examples: 5000}}, split: {train: 0.8, validation: 0.1, test: 0.1}}\n${rows.join('\n')}\n`
  },
  'one evaluation of all': count => {
    const half = Math.floor(count / 2)
    const rows = Array.from(
      { length: half },
      (_, at) =>
        `  m${at}: {kind: train, data: digits, seed: ${at}, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}}`,
    )
    return `trimtab: 1\nsteps:\n  digits: {kind: dataset, source: {digits: {examples: 5000}}, split: {train: 0.8, test: 0.2}}\n${rows.join('\n')}\n  scores: {kind: evaluate, models: [${rows.map((_, at) => `m${at}`).join(', ')}], data: digits}\n`
  },
  'many gates': count => {
    const half = Math.floor(count / 2)
    const rows = Array.from(
      { length: half },
      (_, at) =>
        `  m${at}: {kind: train, data: digits, seed: ${at}, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}}`,
    )
    const gates = Array.from(
      { length: half },
      (_, at) => `  g${at}: {check: m${at}.parameters * 2 <= m0.parameters + ${at}}`,
    )
    return `trimtab: 1\nsteps:\n  digits: {kind: dataset, source: {digits: {examples: 5000}}}\n${rows.join('\n')}\ngates:\n${gates.join('\n')}\n`
  },
}

const child = async (out, shape, count) => {
  const load = path => import(pathToFileURL(join(out, path)).href)
  const { readRecipe } = await load('src/language/read.js')
  const { createPlan } = await load('src/plan/create-plan.js')
  const { openStore } = await load('src/store/open.js')
  const { builtInKinds } = await load('src/steps/index.js')
  const { defineStep, list } = await load('src/steps/define-step.js')
  const kinds = [...builtInKinds, noopKind({ defineStep, list })]
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-scale-'))
  try {
    const file = join(folder, 'recipe.yml')
    writeFileSync(file, shapes[shape](count))
    const store = await openStore(join(folder, '.trimtab'))
    const cpuTime = () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    }
    const cpuAtStart = cpuTime()
    const started = performance.now()
    const { recipe, problems } = await readRecipe({ file, kinds, cwd: folder })
    const read = performance.now()
    const plan = await createPlan({
      recipe,
      kinds,
      store,
      engines: [],
      chooseEngine: () => ({ ok: true, value: { name: 'wasm', version: '1' }, problems: [] }),
    })
    const planned = performance.now()
    const wrong = [...problems, ...plan.problems].filter(({ severity }) => severity === 'error')
    if (wrong.length > 0) throw new Error(JSON.stringify(wrong[0], null, 1))
    return {
      instances: plan.instances.length,
      read: read - started,
      plan: planned - read,
      memory: process.memoryUsage.rss(),
      // Of all threads, garbage collection and compiling included: what does not depend on who else is at work.
      cpu: cpuTime() - cpuAtStart,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (values.child) {
  console.log(JSON.stringify(await child(values.out, values.child, Number(values.sizes))))
  process.exit()
}

const rounds = Number(positionals[0] ?? 5)
const sizes = values.sizes.split(',').map(Number)
const out = join(root, `.build/scale-${process.pid}`)
try {
  await compile(['src'], out)
  const wanted = Object.keys(shapes).filter(
    shape => values.shape === undefined || shape.includes(values.shape),
  )
  const times = new Map()
  for (let round = 0; round < rounds; round++)
    for (const shape of wanted)
      for (const size of sizes) {
        const args = [fileURLToPath(import.meta.url), '--child', shape, '--sizes', String(size), '--out', out]
        const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
        const key = `${shape} ${size}`
        times.set(key, [...(times.get(key) ?? []), found])
      }
  console.log(
    `${availableParallelism()} cores, Node ${process.version}, medians of ${rounds}, each in a fresh process`,
  )
  for (const shape of wanted) {
    const totals = sizes.map(size => {
      const all = times.get(`${shape} ${size}`)
      const of = part => median(all.map(part))
      const total = of(({ read, plan }) => read + plan)
      console.log(
        `${shape}, ${all[0].instances} instances: parse and check ${Math.round(of(({ read }) => read))} ms, plan ${Math.round(of(({ plan }) => plan))} ms, together ${Math.round(total)} ms (${Math.round(of(({ cpu }) => cpu))} ms of processor time), ${Math.round(of(({ memory }) => memory) / 1e6)} MB`,
      )
      return total
    })
    if (totals.length > 1)
      console.log(
        `  ${(sizes.at(-1) / sizes[0]).toFixed(0)} times as many take ${(totals.at(-1) / totals[0]).toFixed(1)} times as long`,
      )
  }
} finally {
  rmSync(out, { recursive: true, force: true })
}
