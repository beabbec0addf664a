// A process that runs steps on a store which others use as well: `node executor.js JSON`, one line of JSON an event out.
import { openStore } from '../../src/store/open.js'
import type { ClaimOptions } from '../../src/store/claims.js'
import { firstTime } from './kinds/first-time.js'
import { exclusiveTick } from './kinds/tick.js'
import { runSteps, type Written } from './rig.js'

export interface Errand {
  readonly folder: string
  readonly steps: readonly (Omit<Written, 'spec'> & { readonly kind?: 'firstTime' | 'exclusiveTick' })[]
  readonly claims?: ClaimOptions
  readonly workers?: number
}

const { folder, steps, claims, workers }: Errand = JSON.parse(process.argv[2]!)
const kinds = { firstTime, exclusiveTick }
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)

const { became, record } = await runSteps(
  steps.map(({ kind, ...step }) => ({ ...step, ...(kind ? { spec: kinds[kind] } : {}) })),
  await openStore(folder, claims),
  { emit: say, ...(workers === undefined ? {} : { workers }) },
)
say({
  type: 'became',
  became,
  digests: Object.fromEntries(
    record.instances.map(({ instance, output }) => [instance, output?.outputs['sum']?.digest]),
  ),
})
