import { Command } from 'commander'
import { cancelOnSignal } from '../cancel.js'
import { exitCodes } from '../exit-codes.js'
import { out, outJson, outPaint } from '../output.js'

/** On a terminal: which engine is being tried, on one line of standard error that is wiped in the end. */
const tryLine = (): { readonly tell: (engine: string) => void; readonly wipe: () => void } => {
  const wipe = (): void => void (process.stderr.isTTY && process.stderr.write('\r\u001b[K'))
  return {
    tell: engine => {
      wipe()
      if (process.stderr.isTTY)
        process.stderr.write(
          engine === 'machine' ? 'looking at this machine…' : `training shortly on ${engine}…`,
        )
    },
    wipe,
  }
}

/** `trimtab doctor`: what this machine has for engines, and what mends those that are missing. */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description(
      'what this machine has for engines, how fast each trains, and what mends those that are missing',
    )
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
It trains shortly on every engine that loads, each in a process of its own, and compares weights and speed.
It changes nothing.

Exit codes: 0 the engine that \`auto\` takes works, 2 it does not, or there is none`,
    )
    .action(async (flags: { json?: boolean }) => {
      const [{ doctor }, { doctorLines }] = await Promise.all([
        import('../../api/doctor/doctor.js'),
        import('../../report/doctor.js'),
      ])
      const signal = cancelOnSignal('Stopping.')
      const line = tryLine()
      try {
        const report = await doctor({ tell: line.tell, signal })
        line.wipe()
        if (flags.json) outJson(report)
        else out(doctorLines(report, outPaint()))
        const taken = report.engines.find(({ name }) => name === report.auto.engine)
        process.exitCode = taken?.trial?.works === true ? exitCodes.fine : exitCodes.refused
      } catch (error) {
        line.wipe()
        if (!signal.aborted) throw error
        process.exitCode = exitCodes.interrupted
      }
    })
