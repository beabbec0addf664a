import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../../src/core/random.js'
import { startProxy, type Injection as Fault } from '../../store/fault-proxy.js'
import { hasty } from '../../store/remote-rig.js'
import { startS3, type S3Server } from '../../store/s3-server.js'
import { complaintsOf, problemIn, run, settle, type Injection, type Rig, type Trial } from './rig.js'
import { finalsOf, newestRecord, resultFiles } from './state.js'

const servers = new WeakMap<Rig, Promise<S3Server>>()
const remote = 's3://trials/finished'

/** A real S3 server that holds the undisturbed run, started when the first trial needs it. */
const filled = (rig: Rig): Promise<S3Server> => {
  const known = servers.get(rig)
  if (known) return known
  const starting = startS3().then(async server => {
    rig.atClose(() => server.stop())
    server.bucket('trials')
    const pushed = await run(rig.finished, { args: ['push', '--remote', remote], env: server.env })
    if (pushed.code !== 0) throw new Error(`the finished run cannot be pushed:\n${pushed.stderr}`)
    return server
  })
  servers.set(rig, starting)
  return starting
}

/**
 * A run with nothing of its own, or half, behind a remote that does one of these to every request or to some of them:
 * what it cannot bring is made, and what it lies about is never taken.
 */
const behindFaults = async (rig: Rig, random: Random, faults: readonly Fault[]): Promise<Trial> => {
  const server = await filled(rig)
  const proxy = await startProxy(server.endpoint)
  const fault = faults[random.below(faults.length)]!
  const share = random.uniform() < 0.3 ? 1 : random.uniform()
  proxy.inject = () => (random.uniform() < share ? fault : undefined)
  const folder = rig.project(random.uniform() < 0.7 ? 'empty' : 'finished')
  const store = join(folder, '.trimtab')
  for (const path of resultFiles(store)) if (random.uniform() < 0.5) rmSync(path)
  // Half of them write to a place of their own, so that there is something to push.
  const at = random.uniform() < 0.5 ? remote : `s3://trials/own-${random.uint32()}`
  try {
    const played = await run(folder, {
      args: ['run', '--json', '--remote', at],
      env: { ...server.env, AWS_ENDPOINT_URL: proxy.endpoint, TRIMTAB_REMOTE_PATIENCE: hasty },
    })
    const complaints = complaintsOf(played)
    if (played.code !== 0) complaints.push(`${fault}: it ended with ${played.code}:\n${played.stderr}`)
    const record = newestRecord(store)
    if (!record || finalsOf(record) !== rig.finals) complaints.push(`${fault}: it came to other bits`)
    complaints.push(...(await settle(rig, folder)))
    return { became: problemIn(played) ?? 'went through', faults: proxy.injected > 0 ? 1 : 0, complaints }
  } finally {
    await proxy.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const stallingRemote: Injection = (rig, random) =>
  behindFaults(rig, random, ['stall', 'stall-in-body', 'drip'])
export const closingRemote: Injection = (rig, random) =>
  behindFaults(rig, random, ['close', 'close-in-body', 'garbage'])
export const failingRemote: Injection = (rig, random) =>
  behindFaults(rig, random, ['internal-error', 'slow-down', 'access-denied', 'no-such-bucket', 'denies'])
export const lyingRemote: Injection = (rig, random) =>
  behindFaults(rig, random, [
    'wrong-bytes',
    'other-bytes',
    'truncated',
    'short-length',
    'longer',
    'html',
    'wrong-bytes-up',
  ])
