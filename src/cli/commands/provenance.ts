import { Command, Option } from 'commander'
import { formatBytes } from '../../core/units.js'
import { out } from '../output.js'

interface ProvenanceFlags {
  readonly as: 'ro-crate' | 'slsa'
  readonly output?: string
  readonly objects: 'all' | 'models' | 'none'
  readonly license?: string
  readonly agent?: string
  readonly builder?: string
  readonly store?: string
}

/** `trimtab provenance RUN`: a run for other tools, as a Workflow Run RO-Crate or as SLSA provenance. */
export const provenanceCommand = (): Command =>
  new Command('provenance')
    .description('export a run as a Workflow Run RO-Crate, or as in-toto statement with SLSA provenance')
    .argument('[run]', 'id of a run, the beginning of one, or latest', 'latest')
    .addOption(new Option('--as <format>', 'what to write').choices(['ro-crate', 'slsa']).default('ro-crate'))
    .option(
      '-o, --output <path>',
      'folder of the crate, or file of the statement; absent: named after the run',
    )
    .addOption(
      new Option('--objects <which>', 'artifacts whose bytes come along in a crate')
        .choices(['all', 'models', 'none'])
        .default('models'),
    )
    .option('--license <uri>', 'licence of recipe and models, for a crate')
    .option('--agent <name>', 'who ran it, for a crate')
    .option('--builder <uri>', 'who vouches for the machine, for SLSA')
    .option('--store <folder>', 'folder of the store; absent: .trimtab of this project')
    .addHelpText(
      'after',
      `
Examples:
  trimtab provenance
  trimtab provenance 20261123 --as ro-crate -o crate --license https://spdx.org/licenses/Apache-2.0
  trimtab provenance latest --as slsa -o provenance.json --builder https://ci.example.org/runner`,
    )
    .action(async (run: string, flags: ProvenanceFlags) => {
      const { exportCrate, exportStatement } = await import('../../api/provenance.js')
      const { as, output, ...given } = flags
      const write = as === 'slsa' ? exportStatement : exportCrate
      const made = await write({ run, ...given, ...(output === undefined ? {} : { out: output }) })
      const files = made.files === 1 ? '1 file' : `${made.files} files`
      out(`${made.path}: run ${made.run}, ${files}, ${formatBytes(made.bytes)}`)
    })
