import type { Command } from 'commander'
import { transferCommand } from '../transfer-command.js'

/** `trimtab push`: puts results that are here at the remote. */
export const pushCommand = (): Command =>
  transferCommand(async () => (await import('../../api/push.js')).push, {
    name: 'push',
    description: 'put results that are here, and records of runs, at the remote',
    all: 'everything in the store, with all of its runs',
    examples: `  trimtab push                      what is here of recipe.yml, and its runs
  trimtab push latest               the last run
  trimtab push --all --remote s3://models/trimtab`,
  })
