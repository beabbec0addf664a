import { Command } from 'commander'

/** `trimtab lsp`: the language server, for editors. */
export const lspCommand = (): Command =>
  new Command('lsp')
    .description('serve recipes to an editor over stdio (Language Server Protocol)')
    .option('--stdio', 'speak over stdin and stdout; there is no other way')
    .addHelpText('after', '\nEditors start it by themselves; docs/editors.md says how.')
    .action(async () => {
      const { serve } = await import('../../api/lsp/server.js')
      await serve(process.stdin, process.stdout)
    })
