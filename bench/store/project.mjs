// What the benches of the store share: a project of many steps with large outputs, the real command, figures.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')

export const median = figures => [...figures].sort((a, b) => a - b)[figures.length >> 1]

/** Writes a project of so many steps, each of which stores some objects and names up to three earlier ones. */
export const writeProject = (folder, { steps, objects, megabytes }) => {
  mkdirSync(folder, { recursive: true })
  // As a project has it: the code of a package is known by its version, not read file by file.
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/trimtab'), 'dir')
  const step = JSON.stringify(join(here, 'weights-step.mjs'))
  writeFileSync(
    join(folder, 'weights.mjs'),
    `import { defineStep, list, Type } from 'trimtab'
export { run } from ${step}
export const weights = defineStep({
  kind: 'weights',
  revision: 1,
  params: Type.Object(
    { value: Type.Number(), objects: Type.Number(), megabytes: Type.Number() },
    { additionalProperties: false, description: 'Stores bytes.' },
  ),
  consumes: { from: { ...list('file'), optional: true } },
  produces: { weights: 'file' },
  module: import.meta.url,
})
`,
  )
  const lines = ['trimtab: 1', 'plugins: [./weights.mjs]', 'steps:']
  for (let at = 0; at < steps; at++) {
    const from = [...new Set([at - 1, at - 7, at - 31].filter(each => each >= 0 && at % 10 > 0))]
    const ports = from.length > 0 ? `, from: [${from.map(each => `s${each}`).join(', ')}]` : ''
    lines.push(
      `  s${at}: {kind: weights, value: ${at}, objects: ${objects}, megabytes: ${megabytes}${ports}}`,
    )
  }
  writeFileSync(join(folder, 'recipe.yml'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'package.json'), '{}')
}

/** Runs the real command: milliseconds from its start to its end and of processor time, and bytes that it read from files. */
export const trimtab = (folder, ...args) =>
  new Promise((done, broken) => {
    const counts = join(folder, 'counts.json')
    const counter = join(folder, 'count.mjs')
    if (!existsSync(counter))
      writeFileSync(
        counter,
        `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
const io = '/proc/self/io'
if (isMainThread)
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    const read = existsSync(io) ? Number(/rchar: (\\d+)/.exec(readFileSync(io, 'utf8'))[1]) : undefined
    writeFileSync(${JSON.stringify(counts)}, JSON.stringify({ read, cpu: (userCPUTime + systemCPUTime) / 1000 }))
  })
`,
      )
    rmSync(counts, { force: true })
    const began = performance.now()
    const child = spawn(process.execPath, ['--import', counter, join(root, 'bin/trimtab.js'), ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => (said += text))
    child.once('error', broken)
    child.once('close', code => {
      const took = performance.now() - began
      if (code !== 0) return broken(new Error(`trimtab ${args.join(' ')}: ${code}\n${said}`))
      done({ took, ...JSON.parse(readFileSync(counts, 'utf8')), said })
    })
  })
