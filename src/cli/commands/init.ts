import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { err, out, outPaint } from '../output.js'

/** `trimtab init`: a starter project that runs. */
export const initCommand = (): Command =>
  new Command('init')
    .description('write a starter project that runs')
    .argument('[folder]', 'where; it is made if it is not there', '.')
    .addHelpText('after', '\nExample:\n  trimtab init digits && cd digits && trimtab run')
    .action(async (folder: string) => {
      const { starterFiles, writeStarter } = await import('../../api/starter.js')
      const taken = starterFiles().filter(name => existsSync(join(folder, name)))
      if (taken.length > 0) {
        err(
          `Nothing was written: ${taken.map(name => join(folder, name)).join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already.`,
        )
        process.exitCode = exitCodes.refused
        return
      }
      const paint = outPaint()
      for (const written of await writeStarter(folder)) out(`${paint.green('✔')} ${join(folder, written)}`)
      const there = relative('.', folder)
      out(`\nNext:\n${there === '' ? '' : `  cd ${there}\n`}  npx trimtab run recipe.yml`)
    })
