import { Command } from 'commander'
import { formatBytes } from '../../core/units.js'
import { cancelOnSignal } from '../cancel.js'
import { hang } from '../../report/wrap.js'
import { exitCodes } from '../exit-codes.js'
import { err, out, outJson, outPaint } from '../output.js'

interface BuildFlags {
  readonly tensorflow?: string
  readonly cuda?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** What is said to somebody who would build an engine that needs none. */
const noBuilding: Readonly<Record<string, string>> = {
  webgpu:
    'The engine webgpu is not built: run `npm install --save-dev webgpu @tensorflow/tfjs-backend-webgpu`.',
  wasm: 'The engine wasm comes with Trimtab: there is nothing to build.',
  cpu: 'The engine cpu comes with Trimtab: there is nothing to build.',
}

const build = async (flags: BuildFlags): Promise<void> => {
  const [{ buildEngine }, { liveBuild, plainBuild }] = await Promise.all([
    import('../../api/engine-build.js'),
    import('../../report/engine-build.js'),
  ])
  const signal = cancelOnSignal('Stopping: what is downloaded is kept. Again to stop at once.')
  const tree = process.stderr.isTTY && !flags.json ? liveBuild() : plainBuild(line => err(line))
  let well = false
  try {
    const report = await buildEngine({ ...flags, signal, tell: doing => tree.on(doing) })
    well = true
    await tree.done(true)
    if (flags.json) {
      outJson(report)
      return
    }
    const paint = outPaint()
    const { name, tensorflow, device, bytes, trial, reused, folder } = report
    const made = `${name}${reused ? ' was built already' : ''}: TensorFlow ${tensorflow} for ${device === 'cuda' ? 'CUDA' : 'CPU'}, ${formatBytes(bytes)} in ${folder}`
    out(hang(`${paint.green('✔')} `, made, 2, paint))
    const trained = `It trains${trial.gpu ? ' on the GPU' : ''}; weights are within ${trial.difference.toExponential(1)} of the cpu engine's. \`engine: native\` uses it from now on.`
    out(hang('  ', trained, 2, paint))
    if (trial.note !== undefined)
      out(hang('  ', `${paint.yellow('It does not use a GPU')}: ${trial.note}.`, 2, paint))
  } catch (error) {
    if (!well) await tree.done(false)
    if (!signal.aborted) throw error
    process.exitCode = exitCodes.interrupted
  }
}

/** `trimtab engine build|list|remove`: the engines that are built on this machine. */
export const engineCommand = (): Command => {
  const command = new Command('engine').description('build, list and remove engines of native code')
  command
    .command('build')
    .description('build an engine: native, TensorFlow through @tensorflow/tfjs-node-gpu')
    .argument('<engine>', 'native')
    .option(
      '--tensorflow <version|folder>',
      'a version (2.21.0, 2.16), or where pip has installed one; absent: the newest of the Python index',
    )
    .option('--cuda', 'for NVIDIA GPUs; absent: where this machine shows one')
    .option('--no-cuda', 'for the CPU, also where there is a GPU')
    .option('--force', 'build again what is there already, and bring its TensorFlow anew')
    .option('--json', 'print what was built as JSON')
    .addHelpText(
      'after',
      `
It compiles the addon from the sources inside the installed package against a TensorFlow of 2.12 or later, and
keeps it in .trimtab/engines (or TRIMTAB_ENGINES). Nothing in node_modules is touched. It needs a C++ compiler, and
pip's index, or a TensorFlow that pip has installed.

Examples:
  trimtab engine build native
  trimtab engine build native --tensorflow 2.16.2
  trimtab engine build native --tensorflow .venv/lib/python3.12/site-packages`,
    )
    .action(async (engine: string, flags: BuildFlags) => {
      if (engine !== 'native') {
        err(noBuilding[engine] ?? `There is no engine "${engine}" to build: there is native.`)
        process.exitCode = exitCodes.refused
        return
      }
      await build(flags)
    })
  command
    .command('list')
    .description('the engines that are built here, and whether each loads and trains')
    .option('--json', 'print them as JSON')
    .action(async (flags: { json?: boolean }) => {
      const [{ listEngines }, { engineLines }] = await Promise.all([
        import('../../api/engine-list.js'),
        import('../../report/engines.js'),
      ])
      const rows = await listEngines()
      if (flags.json) outJson(rows)
      else out(engineLines(rows, outPaint()))
    })
  command
    .command('remove')
    .description('remove built engines')
    .argument('<names...>', 'as `trimtab engine list` names them')
    .action(async (names: string[]) => {
      const { removeEngines, usedEngine } = await import('../../api/engine-list.js')
      const before = usedEngine()
      out(`${formatBytes(await removeEngines(names))} are free again.`)
      const now = usedEngine()
      if (now === undefined) out('No native engine is left.')
      else if (now !== before) out(`\`engine: native\` uses ${now} from now on.`)
    })
  for (const each of command.commands)
    each.exitOverride().showHelpAfterError(`(trimtab engine ${each.name()} --help shows how)`)
  return command
}
