import type { Command } from 'commander'
import { transferCommand } from '../transfer-command.js'

/** `trimtab pull`: brings results here from the remote. */
export const pullCommand = (): Command =>
  transferCommand(async () => (await import('../../api/pull.js')).pull, {
    name: 'pull',
    description: 'bring results here from the remote, every byte verified',
    all: 'every result that is there',
    examples: `  trimtab pull                      what is there of recipe.yml
  trimtab pull recipe.lock.yml      what a lock names
  trimtab pull 20261123-235959-rk4f a run, with what it made
  trimtab pull --all --remote s3://models/trimtab`,
  })
