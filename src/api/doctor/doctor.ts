import type { DoctorReport, EngineFacts } from '../../core/doctor.js'
import type { EngineName } from '../../core/engine-name.js'
import { version } from '../../core/home.js'
import { promiseText } from '../../core/promise.js'
import type { EngineReport } from '../../engine/engine.js'
import { chooseEngine } from '../../engine/ladder.js'
import { probeEngines } from '../../engine/probe.js'
import { gpuFacts, machineFacts } from './machine.js'
import { partFacts } from './parts.js'
import { tryEngine, type Weights } from './try-engine.js'

export interface DoctorOptions {
  /** Folder of the project; absent: the working one. */
  readonly cwd?: string
  /** Called before each engine is tried. */
  readonly tell?: (engine: EngineName) => void
  readonly signal?: AbortSignal
}

const factsOf = (report: EngineReport): EngineFacts => {
  const { name, available, promise, notForAuto, slow, why, hint } = report
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
  if (engine === undefined) return { why: 'no engine is available here' }
  const best = chooseEngine('auto', sound)
  const passed = reports
    .slice(
      0,
      reports.findIndex(({ name }) => name === engine),
    )
    .map(
      ({ name, notForAuto }) => `${name} ${notForAuto === undefined ? 'is not available' : 'is left alone'}`,
    )
  const reason = passed.length === 0 ? 'it is the first of native, webgpu and wasm' : passed.join(', ')
  const warning =
    best.ok && best.value.name !== engine
      ? `; it does not train here: write \`engine: ${best.value.name}\` until it does`
      : ''
  return { engine, why: `${reason}${warning}` }
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
  const [reports, { gpus, looked }] = await Promise.all([probeEngines(), gpuFacts()])
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
    // How TensorFlow misses a GPU is news only where there is one.
    const why = trial.works ? (gpus.length > 0 ? (note ?? facts.why) : facts.why) : trial.why
    const mend = trial.works ? undefined : (trial.mend ?? facts.mend)
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
    machine: machineFacts(),
    gpus,
    looked,
    parts: partFacts(cwd),
    engines,
    auto: autoOf(reports, engines),
  }
}
