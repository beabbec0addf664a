// A run in which nothing is to be done, of one trivial graph, beside wireit (npm), DVC and Snakemake (PyPI): every
// stage is executed once, then all four say in turn that nothing changed, each as a whole process. Installs the
// peers itself into a temporary folder. Usage: node bench/language/peers.mjs [steps] [rounds] [--at FOLDER] [--only a,b]
// `--at` keeps what is installed and prepared, and takes it up again.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from '../../scripts/build.mjs'
import { graphOf, median, pluginOf, recipeOf } from './noop-kind.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { at: { type: 'string' }, only: { type: 'string' } },
})
const steps = Number(positionals[0] ?? 1000)
const rounds = Number(positionals[1] ?? 5)
const here = dirname(fileURLToPath(import.meta.url))
const root = values.at ? resolve(values.at) : mkdtempSync(join(tmpdir(), 'trimtab-peers-'))
mkdirSync(root, { recursive: true })

await buildAll()

const graph = graphOf(steps)
const say = text => console.error(text)

/** Runs a process to its end; throws with what it said where it failed or did not say what is expected. */
const once = (command, args, cwd, env, expected) => {
  const began = performance.now()
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const took = performance.now() - began
  const text = `${stdout}${stderr}`
  if (error || status !== 0 || (expected && !expected.test(text)))
    throw new Error(`${command} ${args.join(' ')}: ${error ?? status}\n${text.slice(-2000)}`)
  return took
}

const folderOf = name => {
  const folder = join(root, `${name}-${steps}`)
  mkdirSync(join(folder, 'out'), { recursive: true })
  return folder
}
const file = at => `out/s${at}.txt`
const shell = at => `echo ${at} > ${file(at)}`

const venv = join(root, 'venv')
const installPython = () => {
  if (existsSync(join(venv, 'bin/snakemake')) && existsSync(join(venv, 'bin/dvc'))) return
  say('installing dvc and snakemake …')
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', 'dvc', 'snakemake'], { stdio: 'inherit' })
}
const versionOf = (command, args) =>
  execFileSync(command, args, { encoding: 'utf8' }).trim().split(/\s+/).at(-1)

const bin = resolve(here, '../../bin/trimtab.js')
const trimtab = {
  name: 'trimtab',
  prepare() {
    const folder = folderOf('trimtab')
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    if (!existsSync(join(folder, 'node_modules/trimtab')))
      symlinkSync(resolve(here, '../..'), join(folder, 'node_modules/trimtab'))
    writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}')
    writeFileSync(join(folder, 'noop.js'), pluginOf(readFileSync(join(here, '../noop-step.mjs'), 'utf8')))
    writeFileSync(
      join(folder, 'recipe.yml'),
      recipeOf(steps).replace('seed: 1', 'seed: 1\nplugins: [./noop.js]'),
    )
    return folder
  },
  first(folder) {
    const took = this.run(folder)
    // The first run in which nothing is to be done looks at everything; later ones at sizes and times, once the files
    // are old enough for these to tell.
    execFileSync('sleep', ['3'])
    say(`trimtab: the first run with nothing to be done in ${seconds(this.run(folder, true))}`)
    return took
  },
  run: (folder, expected) =>
    once(
      process.execPath,
      [bin, 'run', 'recipe.yml'],
      folder,
      { NO_COLOR: '1' },
      expected && new RegExp(` 0 ran · ${steps} reused`),
    ),
  version: () => versionOf(process.execPath, [bin, '--version']),
}

const wireit = {
  name: 'wireit',
  prepare() {
    const modules = join(root, 'npm')
    if (!existsSync(join(modules, 'node_modules/wireit'))) {
      say('installing wireit …')
      mkdirSync(modules, { recursive: true })
      writeFileSync(join(modules, 'package.json'), '{"private": true}')
      execFileSync('npm', ['install', '--silent', 'wireit'], { cwd: modules, stdio: 'inherit' })
    }
    const folder = folderOf('wireit')
    const scripts = { all: 'wireit' }
    const config = { all: { dependencies: graph.map((_, at) => `s${at}`) } }
    for (const [at, from] of graph.entries()) {
      scripts[`s${at}`] = 'wireit'
      config[`s${at}`] = {
        command: shell(at),
        files: [],
        output: [file(at)],
        ...(from.length > 0 ? { dependencies: from.map(each => `s${each}`) } : {}),
      }
    }
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'graph', private: true, scripts, wireit: config }),
    )
    return folder
  },
  /** Started as npm starts it, without npm's own third of a second. */
  run: (folder, expected) =>
    once(
      process.execPath,
      [join(root, 'npm/node_modules/wireit/bin/wireit.js')],
      folder,
      {
        npm_lifecycle_event: 'all',
        npm_package_json: join(folder, 'package.json'),
        npm_config_user_agent: 'npm/10.0.0 node/v20.0.0 linux x64',
      },
      expected && /Ran 0 scripts and skipped/,
    ),
  version: () =>
    versionOf('npm', [
      '--prefix',
      join(root, 'npm'),
      'pkg',
      'get',
      'version',
      '--prefix',
      join(root, 'npm/node_modules/wireit'),
    ]).replaceAll('"', ''),
}

const dvc = {
  name: 'dvc',
  prepare() {
    installPython()
    const folder = folderOf('dvc')
    const stages = graph.map(
      (from, at) =>
        `  s${at}:\n    cmd: ${shell(at)}\n${from.length > 0 ? `    deps: [${from.map(file).join(', ')}]\n` : ''}    outs: [${file(at)}]`,
    )
    if (!existsSync(join(folder, '.dvc')))
      execFileSync(join(venv, 'bin/dvc'), ['init', '--no-scm', '--quiet'], { cwd: folder })
    execFileSync(join(venv, 'bin/dvc'), ['config', 'core.analytics', 'false'], { cwd: folder })
    writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${stages.join('\n')}\n`)
    return folder
  },
  /**
   * `dvc repro` rewrites its lock file behind each stage, which takes more than half an hour for 1,000. So the commands
   * are run as it would run them, and its own functions record all stages at once; that nothing is to be done it finds
   * out by itself.
   */
  first(folder) {
    const began = performance.now()
    for (const at of graph.keys()) execFileSync('sh', ['-c', shell(at)], { cwd: folder })
    const record = `
from dvc.repo import Repo
from dvc.dvcfile import load_file
with Repo() as repo:
    with repo.lock:
        stages = [stage for stage in repo.index.stages]
        for stage in stages:
            stage.save()
            stage.commit()
        load_file(repo, 'dvc.yaml').dump_stages(stages, update_pipeline=False)
`
    once(join(venv, 'bin/python'), ['-c', record], folder, { DVC_NO_ANALYTICS: '1' })
    return performance.now() - began
  },
  run: (folder, expected) =>
    once(join(venv, 'bin/dvc'), ['repro', '--quiet'], folder, { DVC_NO_ANALYTICS: '1' }, expected && /^\s*$/),
  version: () => versionOf(join(venv, 'bin/dvc'), ['--version']),
}

const snakemake = {
  name: 'snakemake',
  prepare() {
    installPython()
    const folder = folderOf('snakemake')
    const rules = graph.map(
      (from, at) =>
        `rule s${at}:\n${from.length > 0 ? `    input: ${from.map(each => `"${file(each)}"`).join(', ')}\n` : ''}    output: "${file(at)}"\n    shell: "${shell(at)}"`,
    )
    const all = `rule all:\n    input: ${graph.map((_, at) => `"${file(at)}"`).join(', ')}`
    writeFileSync(join(folder, 'Snakefile'), `${[all, ...rules].join('\n')}\n`)
    return folder
  },
  run: (folder, expected) =>
    once(
      join(venv, 'bin/snakemake'),
      ['--cores', String(availableParallelism()), '--scheduler', 'greedy'],
      folder,
      {},
      expected && /Nothing to be done/,
    ),
  version: () => versionOf(join(venv, 'bin/snakemake'), ['--version']),
}

const seconds = figure => `${(figure / 1000).toFixed(2)} s`
const peers = [trimtab, wireit, dvc, snakemake].filter(
  ({ name }) => values.only === undefined || name === 'trimtab' || values.only.split(',').includes(name),
)
try {
  const ready = []
  for (const peer of peers) {
    const folder = peer.prepare()
    const took = peer.first ? peer.first(folder) : peer.run(folder)
    say(`${peer.name}: every stage executed once in ${seconds(took)}`)
    ready.push({ ...peer, folder, times: [] })
  }
  for (let round = 0; round < rounds; round++)
    for (const { run, folder, times } of ready) times.push(run(folder, true))
  console.log(
    `${steps} trivial stages, nothing to be done, ${availableParallelism()} cores, Node ${process.version}, medians of ${rounds} interleaved rounds:`,
  )
  const ours = ready[0]
  for (const { name, times, version } of ready) {
    const ratio = median(times.map((each, round) => each / ours.times[round]))
    console.log(
      `${name.padEnd(10)} ${version().padEnd(8)} ${seconds(median(times)).padStart(8)}${name === 'trimtab' ? '' : `  ${ratio.toFixed(1)} times as long`}  (${times.map(each => (each / 1000).toFixed(2)).join(' ')})`,
    )
  }
} finally {
  if (!values.at) rmSync(root, { recursive: true, force: true })
}
