import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { problem, ProblemError } from '../../../core/problem.js'
import { explain } from '../symptoms.js'
import { runCommand } from './run-command.js'
import { libraryNames } from './tensorflow.js'

/** Version of N-API that the addon's sources ask for: Node 12.22 and everything later has it. */
export const napiVersion = 8

/** The folder of Node's N-API headers: those of the package node-api-headers, else those beside this Node. */
export const nodeHeaders = (): string => {
  const places: string[] = []
  try {
    places.push(
      join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include'),
    )
  } catch {
    // Not installed; Node's own may be there.
  }
  places.push(join(dirname(process.execPath), '..', 'include', 'node'))
  const found = places.find(place => existsSync(join(place, 'node_api.h')))
  if (found !== undefined) return found
  throw new ProblemError(
    problem('build-tool-missing', "Node's headers (node_api.h) are not here", {
      hint: 'Run `npm install node-api-headers`. (Debian and Ubuntu have them in libnode-dev, Fedora in nodejs-devel.)',
    }),
  )
}

export interface Compiler {
  readonly command: string
  /** Its first line about itself: `g++ (Debian 12.2.0-14) 12.2.0`. */
  readonly version: string
}

const packagesWithCompiler =
  process.platform === 'darwin'
    ? 'Run `xcode-select --install`.'
    : 'Install one: `apt-get install g++` (Debian, Ubuntu), `dnf install gcc-c++` (Fedora, Red Hat), `zypper install gcc-c++` (SUSE), `pacman -S gcc` (Arch). `CXX` names another.'

/** The C++ compiler: `CXX` of the environment, else c++, g++ or clang++. Throws ProblemError (`build-tool-missing`). */
export const findCompiler = async (env: NodeJS.ProcessEnv = process.env): Promise<Compiler> => {
  const named = env['CXX']
  const candidates = named === undefined || named === '' ? ['c++', 'g++', 'clang++'] : [named]
  for (const command of candidates) {
    const ran = await runCommand(command, ['--version'], { env })
    if (ran?.code === 0) return { command, version: ran.out.split('\n')[0]!.trim() }
  }
  throw new ProblemError(
    problem(
      'build-tool-missing',
      named === undefined || named === ''
        ? 'there is no C++ compiler'
        : `the compiler ${named} (CXX) does not run`,
      { hint: packagesWithCompiler },
    ),
  )
}

export interface Compilation {
  /** The installed package, whose `binding` folder has the sources. */
  readonly sources: string
  /** The folder that holds `tensorflow`. */
  readonly site: string
  /** The folder with TensorFlow's headers. */
  readonly include: string
  /** Where the engine is built; TensorFlow is in `site/tensorflow` below it, or a link to it is. */
  readonly folder: string
  readonly addon: string
}

/** The arguments of the compiler. The addon looks for TensorFlow's libraries beside itself, wherever the engine lies. */
const argumentsOf = (
  { sources, include, folder, addon }: Compilation,
  libraries: readonly string[],
): string[] => {
  const darwin = process.platform === 'darwin'
  const below = (at: string): string => `-Wl,-rpath,${darwin ? '@loader_path' : '$ORIGIN'}/${at}`
  return [
    '-std=c++17',
    '-O2',
    '-fPIC',
    `-DNAPI_VERSION=${napiVersion}`,
    // Without its path an assertion's text would make the same sources another addon in another folder.
    `-ffile-prefix-map=${sources}=.`,
    `-I${nodeHeaders()}`,
    `-I${include}`,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map(name => join(sources, 'binding', name)),
    ...(darwin
      ? ['-bundle', '-undefined', 'dynamic_lookup']
      : ['-shared', '-Wl,--build-id=none', '-Wl,--no-as-needed', '-Wl,-z,now']),
    ...libraries,
    below('site/tensorflow'),
    '-s',
    '-o',
    join(folder, addon),
  ]
}

const firstFault = (text: string): string =>
  text
    .split('\n')
    .find(line => /error|undefined|cannot find/i.test(line))
    ?.trim() ??
  text.trim().split('\n').at(-1) ??
  ''

/**
 * What the linker is given for TensorFlow's two libraries. On Linux that is empty ones of the same names: reading the
 * 800 MB of the real ones takes it 650 MB of memory and most of the time, and the addon needs their names alone. That
 * they have all its symbols is seen when it is first loaded (`-z now`), in the trial.
 */
const linkedLibraries = async (
  { command }: Compiler,
  { site, folder }: Compilation,
  signal?: AbortSignal,
): Promise<string[]> => {
  const real = libraryNames().map(name => join(site, 'tensorflow', name))
  if (process.platform === 'darwin') return real
  const scratch = join(folder, 'scratch')
  await mkdir(scratch, { recursive: true })
  const empty = join(scratch, 'empty.cc')
  await writeFile(empty, '')
  const made = libraryNames().map(name => join(scratch, name))
  for (const [i, name] of libraryNames().entries()) {
    const args = ['-shared', '-nostdlib', `-Wl,-soname,${name}`, '-o', made[i]!, empty]
    const ran = await runCommand(command, args, signal ? { signal } : {})
    // A linker that does not take this takes the real ones.
    if (ran?.code !== 0) return real
  }
  return made
}

/** Compiles the addon. Throws ProblemError (`engine-build-failed`) with the compiler's first error. */
export const compileAddon = async (
  compiler: Compiler,
  compilation: Compilation,
  signal?: AbortSignal,
): Promise<void> => {
  const libraries = await linkedLibraries(compiler, compilation, signal)
  const ran = await runCommand(compiler.command, argumentsOf(compilation, libraries), {
    cwd: compilation.folder,
    ...(signal ? { signal } : {}),
  })
  if (ran?.code === 0) return
  const text = `${ran?.err ?? ''}\n${ran?.signal ?? ''}`
  const known = explain(text)
  throw new ProblemError(
    problem(
      'engine-build-failed',
      known?.says ?? `${compiler.command} could not compile the addon: ${firstFault(text)}`,
      {
        hint:
          known?.mend ??
          'Try another compiler (`CXX=clang++`), or another TensorFlow (`--tensorflow 2.16.2`).',
      },
    ),
  )
}
