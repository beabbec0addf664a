import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { err, out, outJson, outPaint, tellProblems } from '../output.js'

/** On a terminal: how far it is, on one line of standard error that is wiped in the end. */
const progressLine = (): {
  readonly on: (done: number, total: number) => void
  readonly wipe: () => void
} => {
  let last = 0
  return {
    on: (done, total) => {
      if (!process.stderr.isTTY || total < 256 * 1024 * 1024 || performance.now() - last < 100) return
      last = performance.now()
      process.stderr.write(`\rreading the store: ${Math.floor((100 * done) / total)} %`)
    },
    wipe: () => {
      if (last > 0) process.stderr.write('\r\u001b[K')
    },
  }
}

/** `trimtab verify`: reads the whole store and sets aside what is damaged. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('read the whole store, set aside what is damaged, say what must run again')
    .option('--json', 'print what was found as JSON')
    .option('--store <folder>', 'folder of the store; absent: .trimtab of this project')
    .addHelpText(
      'after',
      `
Every object is hashed, every result and record is checked. What is damaged is moved to the store's
damaged/ folder and nothing is removed; the next run makes it again.

Exit codes: 0 all is whole, 1 something is damaged or missing, 2 there is no such store`,
    )
    .action(async (flags: { json?: boolean; store?: string }) => {
      const [{ verify }, { verificationLines }] = await Promise.all([
        import('../../api/verify.js'),
        import('../../report/verification.js'),
      ])
      const progress = progressLine()
      const found = await verify({
        onProgress: progress.on,
        ...(flags.store === undefined ? {} : { store: flags.store }),
      })
      progress.wipe()
      if (!found) {
        err(
          flags.store === undefined ? 'Nothing is stored here yet.' : `There is no store at ${flags.store}.`,
        )
        process.exitCode = exitCodes.refused
        return
      }
      if (flags.json) outJson(found)
      else {
        if (found.problems.length > 0) tellProblems(found.problems)
        out(verificationLines(found, outPaint()))
      }
      process.exitCode = found.whole ? exitCodes.fine : exitCodes.gateFailed
    })
