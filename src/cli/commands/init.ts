import { join, relative } from 'node:path'
import { Command } from 'commander'
import { out, outPaint } from '../output.js'

/** `trimtab init`: a starter project that runs. */
export const initCommand = (): Command =>
  new Command('init')
    .description('write a starter project that runs')
    .argument('[folder]', 'where; it is made if it is not there', '.')
    .addHelpText('after', '\nExample:\n  trimtab init digits && cd digits && trimtab run')
    .action(async (folder: string) => {
      const { writeStarter } = await import('../../api/starter.js')
      const paint = outPaint()
      for (const written of await writeStarter(folder)) out(`${paint.green('✔')} ${join(folder, written)}`)
      const there = relative('.', folder)
      out(`\nNext:\n${there === '' ? '' : `  cd ${there}\n`}  npx trimtab run recipe.yml`)
    })
