import type { DoctorReport, EngineFacts, EngineTrial, GpuFacts } from '../core/doctor.js'
import { formatBytes } from '../core/units.js'
import { count } from './figures.js'
import { padEnd, type Paint } from './paint.js'
import { table } from './table.js'

const label = 11

const row = (paint: Paint, title: string, text: string): string => `${padEnd(paint.dim(title), label)}${text}`

const gpuText = ({ name, memory, driver, capability }: GpuFacts): string =>
  [
    name,
    memory === undefined ? '' : formatBytes(memory),
    driver === undefined ? '' : `driver ${driver}`,
    capability === undefined ? '' : `compute ${capability}`,
  ]
    .filter(part => part !== '')
    .join(', ')

const machineLines = ({ machine, gpus, looked }: DoctorReport, paint: Paint): string[] => {
  const { system, libc, processor, cores, simd, memory, node, wasmSimd } = machine
  const most = memory.limit ?? memory.total
  return [
    row(paint, 'machine', [system, libc].filter(part => part !== undefined).join(', ')),
    row(
      paint,
      'processor',
      `${processor}, ${cores} core${cores === 1 ? '' : 's'}${simd.length > 0 ? ` (${simd.join(' ')})` : ''}`,
    ),
    row(
      paint,
      'memory',
      `${formatBytes(most)}${memory.limit === undefined ? '' : ' allowed to this container'}, ${formatBytes(memory.free)} free`,
    ),
    row(paint, 'Node', `${node}, WebAssembly ${wasmSimd ? 'with' : 'without'} SIMD`),
    ...(gpus.length === 0
      ? [row(paint, 'GPUs', 'none')]
      : gpus.map((gpu, at) => row(paint, at === 0 ? 'GPUs' : '', gpuText(gpu)))),
    ...looked.map(sentence => row(paint, '', paint.dim(sentence))),
  ]
}

const partLines = ({ parts }: DoctorReport, paint: Paint): string[] =>
  parts.map(({ name, version, note }, at) => {
    const said =
      version === undefined ? paint.dim(note === 'none is built' ? note : 'not installed') : version
    const more = note === undefined || note === 'none is built' ? '' : paint.dim(`  ${note}`)
    return row(paint, at === 0 ? 'parts' : '', `${padEnd(name, 36)} ${said}${more}`)
  })

const rateText = (trial: EngineTrial | undefined): string => {
  if (!trial?.works) return ''
  const { rate } = trial
  return rate < 10 ? rate.toFixed(1) : count(Math.round(rate))
}

const engineRow = (each: EngineFacts, fastest: number, paint: Paint): string[] => {
  const { name, available, trial } = each
  const works = trial?.works === true
  const mark = works ? paint.green('✔') : available ? paint.red('✘') : paint.dim('–')
  return [
    `${mark} ${name}`,
    rateText(trial),
    works && fastest > 0 ? `${(trial.rate / fastest).toFixed(trial.rate / fastest < 0.01 ? 4 : 2)}×` : '',
    works ? (name === 'cpu' ? 'the judge' : trial.difference.toExponential(1)) : '',
    each.promise,
    works ? trial.mode : '',
  ]
}

/** `trimtab doctor` in a terminal: one page. */
export const doctorLines = (report: DoctorReport, paint: Paint): string[] => {
  const { engines, auto } = report
  const fastest = Math.max(0, ...engines.map(({ trial }) => (trial?.works ? trial.rate : 0)))
  const ill = engines.filter(({ trial, why }) => trial?.works !== true || why !== undefined)
  return [
    ...machineLines(report, paint),
    '',
    ...partLines(report, paint),
    '',
    ...table(
      [
        { title: '  engine' },
        { title: 'images/s', align: 'right' },
        { title: 'of the fastest', align: 'right' },
        { title: 'from cpu', align: 'right' },
        { title: 'promise' },
        { title: 'trains' },
      ],
      engines.map(each => engineRow(each, fastest, paint)),
      paint,
    ),
    paint.dim(
      'Training steps of the classic digit CNN; the relative distance of weights after three Adam steps of a small one.',
    ),
    '',
    ...engines
      .filter(({ version }) => version !== '')
      .map(({ name, version }, at) =>
        row(paint, at === 0 ? 'versions' : '', `${padEnd(name, 8)} ${version}`),
      ),
    '',
    auto.engine === undefined
      ? paint.red(`\`engine: auto\` finds none: ${auto.why}.`)
      : `\`engine: auto\` takes ${paint.bold(auto.engine)}: ${auto.why}.`,
    ...(ill.length === 0 ? [] : ['']),
    ...ill.flatMap(({ name, trial, why, mend }) => [
      `${padEnd(name, 8)} ${trial?.works === true ? paint.yellow(why ?? '') : `${why ?? 'does not work'}.`}`,
      ...(mend === undefined ? [] : [`${padEnd('', 8)} ${paint.cyan('→')} ${mend}`]),
    ]),
  ]
}
