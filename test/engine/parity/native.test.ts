import { homedir } from 'node:os'
import { join } from 'node:path'
import { parity } from './suite.js'

// What `auto` means must not hang on what a test built: this file alone looks there.
process.env['TRIMTAB_ENGINES'] =
  process.env['TRIMTAB_TEST_ENGINES'] ?? join(homedir(), '.cache/trimtab/engines')

await parity('native')
