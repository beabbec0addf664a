// Projects of trivial steps whose results are shared.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/api/run.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { tick } from '../run/kinds/tick.js'
import { emptyFolder } from '../rig.js'
import { assert } from '../suite.js'
import { hasty } from './remote-rig.js'

export const hastyEnv = { TRIMTAB_REMOTE_PATIENCE: hasty }

/** `last`: what the last step adds; another one is another key. */
export const recipe = (url: string, endpoint: string, last = 4): string => `trimtab: 1
store: {remote: "${url}", endpoint: "${endpoint}"}
steps:
  a: {kind: tick, value: 1}
  b: {kind: tick, value: 2, from: [a]}
  c: {kind: tick, value: 3, from: [a]}
  d: {kind: tick, value: ${last}, from: [b, c]}
`

/** A project with that recipe. */
export const project = (text: string): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, 'recipe.yml'), text)
  return join(folder, 'recipe.yml')
}

export interface RanOnce {
  readonly record: RunRecord
  /** Codes of what the record says beside its steps. */
  readonly codes: readonly string[]
  /** Statuses of its steps, in order. */
  readonly became: string
  /** By step. */
  readonly digests: Readonly<Record<string, string>>
}

/** Runs a project by the programmatic api. */
export const ranOf = async (
  file: string,
  more: Partial<Parameters<typeof run>[0]> = {},
): Promise<RanOnce> => {
  const { record, problems } = await run({ recipe: file, kinds: [tick], env: hastyEnv, workers: 1, ...more })
  assert.ok(record, JSON.stringify(problems))
  return {
    record,
    codes: record.problems.map(({ code }) => code),
    became: record.instances.map(({ status }) => status).join(' '),
    digests: Object.fromEntries(
      record.instances.map(({ instance, output }) => [instance, String(output?.outputs['sum']?.digest)]),
    ),
  }
}
