import type { DoctorReport, EngineFacts } from '../../core/doctor.js'
import type { EngineName } from '../../core/engine-name.js'
import { packageFolder, version } from '../../core/home.js'
import { promiseText } from '../../core/promise.js'
import type { EngineReport } from '../../engine/engine.js'
import { chooseEngine, mendOf } from '../../engine/ladder.js'
import { findNative } from '../../engine/native/find.js'
import { probeEngines } from '../../engine/probe.js'
import { gpuFacts, machineFacts } from './machine.js'
import { partFacts } from './parts.js'
import { buildFacts, settingFacts } from './tools.js'
import { tryEngine, type Weights } from './try-engine.js'

export interface DoctorOptions {
  /** Folder of the project; absent: the working one. */
  readonly cwd?: string
  /** Called before the machine is looked at, and before each engine is tried. */
  readonly tell?: (engine: EngineName | 'machine') => void
  readonly signal?: AbortSignal
}

const factsOf = (report: EngineReport): EngineFacts => {
  const { name, available, promise, notForAuto, slow, why } = report
  const hint = mendOf(report)
  const passed = notForAuto ?? why ?? slow
  return {
    name,
    available,
    version: report.version,
    promise: promiseText(promise),
    ...(passed === undefined ? {} : { why: passed.replace(/\.$/, '') }),
    ...(hint === undefined ? {} : { mend: hint }),
  }
}

const autoOf = (reports: readonly EngineReport[], tried: readonly EngineFacts[]): DoctorReport['auto'] => {
  // What does not train here is not worth choosing, though a plan that only looks would.
  const sound = reports.map(report => {
    const trial = tried.find(({ name }) => name === report.name)?.trial
    return trial && !trial.works ? { ...report, available: false } : report
  })
  const chosen = chooseEngine('auto', reports)
  const engine = chosen.ok ? chosen.value.name : undefined
  const better = engine === undefined ? -1 : reports.findIndex(({ name }) => name === engine)
  const passed = (
    engine === undefined ? reports.filter(({ name }) => name !== 'cpu') : reports.slice(0, better)
  )
    .map(
      ({ name, notForAuto }) => `${name} ${notForAuto === undefined ? 'is not available' : 'is left alone'}`,
    )
    .join(', ')
  if (engine === undefined) return { why: passed }
  const reason = passed === '' ? 'it is the first of native, webgpu and wasm' : passed
  if (tried.find(({ name }) => name === engine)?.trial?.works !== false) return { engine, why: reason }
  const best = chooseEngine('auto', sound)
  const instead = best.ok
    ? `: write \`engine: ${best.value.name}\` until it does`
    : ', and nothing else is left'
  return { engine, why: `${reason}; it does not train here${instead}` }
}

/** What mends an engine that is whole by its files and does not train, for a reason that is not known. */
const lastResort: Readonly<Record<EngineName, string>> = {
  native: 'Run `trimtab engine build native`, which brings TensorFlow anew.',
  webgpu: 'Update the driver of the GPU.',
  wasm: 'Run `npm ci`, and report it with this page if that does not help.',
  cpu: 'Run `npm ci`, and report it with this page if that does not help.',
}

/** Why an engine that trains does so beside a GPU that this machine has. `note`: what TensorFlow said of it. */
const gpuLeftAlone = (
  { name, notForAuto }: EngineReport,
  note: string | undefined,
): { readonly why: string; readonly mend?: string } | undefined => {
  if (name === 'webgpu' && notForAuto !== undefined)
    return {
      why: notForAuto.replace(/\.$/, ''),
      mend: "Install the GPU's own Vulkan driver; start a container with `NVIDIA_DRIVER_CAPABILITIES=all`.",
    }
  if (name !== 'native') return undefined
  const state = findNative()
  if (state.ready && state.engine.device === 'cpu')
    return {
      why: `${state.engine.name} computes on the processor, and there is a GPU`,
      mend: 'Run `trimtab engine build native --cuda`.',
    }
  return note === undefined ? undefined : { why: note }
}

/**
 * Looks at this machine, trains shortly on every engine that is available, each in a process of its own, one after the
 * other, and says what `auto` would take and what mends the others. Loads no tensor library itself.
 */
export const doctor = async ({
  cwd = process.cwd(),
  tell,
  signal,
}: DoctorOptions = {}): Promise<DoctorReport> => {
  tell?.('machine')
  const [reports, { gpus, looked }, build] = await Promise.all([probeEngines(), gpuFacts(), buildFacts(cwd)])
  signal?.throwIfAborted()
  const engines: EngineFacts[] = []
  let judge: Weights | undefined
  // The cpu engine first: it is the judge of the others.
  for (const report of reports.toReversed()) {
    const facts = factsOf(report)
    if (!report.available) {
      engines.unshift(facts)
      continue
    }
    tell?.(report.name)
    const { trial, weights, note } = await tryEngine(report.name, judge, signal)
    signal?.throwIfAborted()
    if (report.name === 'cpu') judge = weights
    const left = gpus.length > 0 ? gpuLeftAlone(report, note) : undefined
    const why = trial.works ? (left?.why ?? facts.why) : trial.why
    const mend = trial.works ? left?.mend : (trial.mend ?? facts.mend ?? lastResort[report.name])
    const { name, available, version: engineVersion, promise } = facts
    engines.unshift({
      name,
      available,
      version: engineVersion,
      promise,
      ...(why === undefined ? {} : { why }),
      ...(mend === undefined ? {} : { mend }),
      trial,
    })
  }
  return {
    version: version(),
    home: packageFolder(),
    machine: machineFacts(),
    gpus,
    looked,
    parts: partFacts(cwd),
    build,
    settings: settingFacts(),
    engines,
    auto: autoOf(reports, engines),
  }
}
