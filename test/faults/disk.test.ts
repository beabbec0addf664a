import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError } from '../../src/core/problem.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { liveThreads } from '../run/host-rig.js'
import { faulty } from '../run/kinds/faulty.js'
import { runSteps, type Written } from '../run/rig.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('a disk that is full or takes no writes')

const mounted: string[] = []
const unmount = (): void => {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder])
}
process.once('exit', unmount)

const tryMount = (...args: readonly string[]): boolean => {
  try {
    execFileSync('mount', args, { stdio: 'ignore' })
    if (!mounted.includes(args.at(-1)!)) mounted.push(args.at(-1)!)
    return true
  } catch {
    return false
  }
}

/** A file system of so many megabytes; undefined where this machine lets nobody mount one. */
const smallDisk = (megabytes: number): string | undefined => {
  const folder = emptyFolder()
  return tryMount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder) ? folder : undefined
}

const steps: readonly Written[] = [
  { id: 'small', config: { value: 1 } },
  { id: 'big', spec: faulty, config: { mood: 'big', megabytes: 8 }, needs: ['small'] },
]

const disk = smallDisk(4)

// Without the right to mount, nothing can fill a disk for real; then only the injected errors below are tried.
if (disk === undefined) test.skip('no room left, for real', () => undefined)
else
  test('no room left: a problem of the step, finished work kept, the run recorded', async () => {
    try {
      const store = await openStore(join(disk, '.trimtab'))
      const { became, record } = await runSteps(steps, store)
      assert.equal(became, { small: 'finished', big: 'failed' })
      const [found] = record.instances[1]!.problems!
      assert.is(found!.code, 'disk-full')
      assert.match(found!.hint!, /what was finished is kept/)
      assert.is(record.outcome, 'step-failed')
      assert.is(await liveThreads(), 0)
      const again = await runSteps([steps[0]!], store)
      assert.equal(again.became, { small: 'reused' })
      const litter = readdirSync(disk, { recursive: true }).filter(name => String(name).endsWith('.tmp'))
      assert.equal(litter, [])
    } finally {
      unmount()
    }
  })

test('no room for a result, nor for the record of the run: both are problems', async () => {
  const real = await openStore(join(emptyFolder(), '.trimtab'))
  const full = (): Promise<never> =>
    Promise.reject(
      new ProblemError({ code: 'disk-full', severity: 'error', message: 'no room left on the disk' }),
    )
  const store: Store = {
    ...real,
    results: { ...real.results, save: full },
    runs: { ...real.runs, open: async started => ({ ...(await real.runs.open(started)), close: full }) },
  }
  const { became, record } = await runSteps([steps[0]!], store)
  assert.equal(became, { small: 'failed' })
  assert.is(record.instances[0]!.problems![0]!.code, 'disk-full')
  assert.is(record.outcome, 'step-failed')
  assert.equal(
    record.problems.map(each => each.code),
    ['disk-full'],
  )
})

test('a store that takes no writes is found before a step starts', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  mkdirSync(folder)
  if (tryMount('--bind', folder, folder)) tryMount('-o', 'remount,bind,ro', folder)
  else writeFileSync(join(folder, 'runs'), 'a file in the way of the folder')
  try {
    let code = 'nothing'
    try {
      await runSteps([steps[0]!], await openStore(folder))
    } catch (error) {
      code = error instanceof ProblemError ? error.problems[0]!.code : String(error)
    }
    assert.ok(['store-read-only', 'store-in-the-way'].includes(code), code)
    assert.not(existsSync(join(folder, 'objects')))
  } finally {
    unmount()
  }
})
