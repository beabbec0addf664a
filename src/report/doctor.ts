import type { DoctorReport, EngineFacts, EngineTrial, GpuFacts } from '../core/doctor.js'
import { formatBytes } from '../core/units.js'
import { count } from './figures.js'
import { padEnd, width, type Paint } from './paint.js'
import { table } from './table.js'
import { hang } from './wrap.js'

const label = 11

/** A labelled text; on a terminal its further lines stand below its first. */
const row = (paint: Paint, title: string, text: string): string[] =>
  hang(padEnd(paint.dim(title), label), text, label, paint)

const dimRow = (paint: Paint, title: string, text: string): string[] =>
  hang(padEnd(title, label), text, label, paint).map(line => paint.dim(line))

const gpuText = ({ name, memory, driver, capability }: GpuFacts): string =>
  [
    name,
    memory === undefined ? '' : formatBytes(memory),
    driver === undefined ? '' : `driver ${driver}`,
    capability === undefined ? '' : `compute ${capability}`,
  ]
    .filter(part => part !== '')
    .join(', ')

const machineLines = ({ version, home, machine, gpus, looked }: DoctorReport, paint: Paint): string[] => {
  const { system, distribution, libc, processor, cores, simd, memory, node, wasmSimd } = machine
  const most = memory.limit ?? memory.total
  return [
    row(paint, 'Trimtab', `${version} in ${home}`),
    row(paint, 'machine', [system, distribution, libc].filter(part => part !== undefined).join(', ')),
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
    ...looked.map(sentence => dimRow(paint, '', sentence)),
  ].flat()
}

const partLines = ({ parts }: DoctorReport, paint: Paint): string[] =>
  parts.flatMap(({ name, version, note }, at) => {
    const none = version === undefined && note === 'none is built'
    const said = version ?? paint.dim(none ? note : 'not installed')
    const lead = `${padEnd(paint.dim(at === 0 ? 'parts' : ''), label)}${padEnd(name, 36)} `
    // The notes of a page that is wide enough stand in one line with what they are about.
    const more = note === undefined || none ? '' : `  ${note}`
    if (paint.columns === undefined || width(lead) + width(said) + width(more) <= paint.columns)
      return [`${lead}${said}${paint.dim(more)}`]
    return [
      `${lead}${said}`,
      ...hang(' '.repeat(label + 2), note!, label + 2, paint).map(line => paint.dim(line)),
    ]
  })

const buildLines = ({ build, settings }: DoctorReport, paint: Paint): string[] => {
  const { engines, free, compiler, pip } = build
  return [
    row(paint, 'engines in', `${engines}${free === undefined ? '' : `, ${formatBytes(free)} free`}`),
    row(
      paint,
      'built with',
      `${compiler ?? 'no C++ compiler'}; ${pip ?? 'no pip: Trimtab asks the Python index itself'}`,
    ),
    ...Object.entries(settings).map(([name, value], at) =>
      row(paint, at === 0 ? 'settings' : '', `${name}=${value}`),
    ),
  ].flat()
}

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
    works ? trial.mode : paint.dim(available ? 'does not train' : 'not available'),
  ]
}

/** Whether narrow numbers gain anything on this machine. */
const mixedLines = ({ engines }: DoctorReport, paint: Paint): string[] =>
  engines.flatMap(({ name, trial }) => {
    if (!trial?.works || trial.mixed === undefined) return []
    const { rate, mixed } = trial
    const told = Object.entries(mixed).map(([half, its]) => `${half} ${(its / rate).toFixed(2)}×`)
    return hang('', `Mixed precision on ${name}: ${told.join(', ')} the images/s of float32.`, 0, paint)
  })

/** What a reader looks for first, and so the last thing but what is to be mended. */
const autoLines = ({ engines, auto }: DoctorReport, paint: Paint): string[] => {
  if (auto.engine === undefined)
    return hang(`${paint.red('✘')} `, `\`engine: auto\` finds none: ${auto.why}.`, 2, paint)
  const works = engines.find(({ name }) => name === auto.engine)?.trial?.works === true
  const mark = works ? paint.green('✔') : paint.red('✘')
  return hang(`${mark} `, `\`engine: auto\` takes ${paint.bold(auto.engine)}: ${auto.why}.`, 2, paint)
}

/** `trimtab doctor` in a terminal: one page. */
export const doctorLines = (report: DoctorReport, paint: Paint): string[] => {
  const { engines } = report
  const fastest = Math.max(0, ...engines.map(({ trial }) => (trial?.works ? trial.rate : 0)))
  const ill = engines.filter(({ trial, why }) => trial?.works !== true || why !== undefined)
  return [
    ...machineLines(report, paint),
    '',
    ...partLines(report, paint),
    '',
    ...buildLines(report, paint),
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
    ...hang(
      '',
      'Training steps of the classic digit CNN; the relative distance of weights after three Adam steps of a small one.',
      0,
      paint,
    ).map(line => paint.dim(line)),
    ...mixedLines(report, paint).map(line => paint.dim(line)),
    '',
    ...engines
      .filter(({ version }) => version !== '')
      .flatMap(({ name, version }, at) =>
        hang(
          `${padEnd(paint.dim(at === 0 ? 'versions' : ''), label)}${padEnd(name, 8)} `,
          version,
          label + 9,
          paint,
        ),
      ),
    '',
    ...autoLines(report, paint),
    ...(ill.length === 0 ? [] : ['']),
    ...ill.flatMap(({ name, trial, why, mend }) => [
      ...hang(
        `${padEnd(name, 8)} `,
        trial?.works === true ? paint.yellow(why ?? '') : `${why ?? 'does not work'}.`,
        9,
        paint,
      ),
      ...(mend === undefined ? [] : hang(`${padEnd('', 8)} ${paint.cyan('→')} `, mend, 11, paint)),
    ]),
  ]
}
