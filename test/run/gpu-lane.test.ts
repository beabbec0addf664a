import { join } from 'node:path'
import type { FoundDevices } from '../../src/core/device.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { childProcesses, liveThreads } from './host-rig.js'
import { faulty } from './kinds/faulty.js'
import { seeing } from './kinds/seeing.js'
import { runSteps, type Ran, type Written } from './rig.js'

const test = suite('the gpu lane')

const twoDevices: FoundDevices = {
  devices: [
    { pin: 'GPU-a', name: 'the first' },
    { pin: 'GPU-b', name: 'the second' },
  ],
  how: 'the test says that there are 2',
}

interface Seen {
  readonly devices: string
  readonly growth: string
  readonly process: number
  readonly gpus: number | 'absent'
  readonly from: number
  readonly until: number
}

const seenBy = ({ record }: Ran): ReadonlyMap<string, Seen> =>
  new Map(
    record.instances.flatMap(({ instance, output }) =>
      output?.record ? [[instance, output.record as unknown as Seen] as const] : [],
    ),
  )

const look = (id: string, gpus: number | undefined, milliseconds = 0): Written => ({
  id,
  spec: seeing,
  config: { name: id, milliseconds },
  ...(gpus === undefined ? {} : { gpus }),
})

const play = async (steps: readonly Written[], more: Parameters<typeof runSteps>[2] = {}): Promise<Ran> => {
  const ran = await runSteps(steps, await openStore(join(emptyFolder(), '.trimtab')), {
    devices: twoDevices,
    ...more,
  })
  assert.is(await liveThreads(), 0)
  assert.equal(childProcesses(), [])
  return ran
}

test('each device has a process of its own, which sees no other, and they work at once', async () => {
  const ran = await play(['a', 'b', 'c', 'd'].map(id => look(id, 1, 400)))
  const seen = [...seenBy(ran).values()]
  assert.equal([...new Set(seen.map(({ devices }) => devices))].sort(), ['GPU-a', 'GPU-b'])
  assert.ok(seen.every(({ growth }) => growth === 'true'))
  // One process a device: the same for all of its steps.
  assert.is(new Set(seen.map(each => `${each.devices} ${each.process}`)).size, 2)
  assert.not(seen.some(each => each.process === process.pid))
  const beside = (a: Seen, b: Seen): boolean => a.from < b.until && b.from < a.until
  assert.ok(seen.some(a => seen.some(b => a.devices !== b.devices && beside(a, b))))
  assert.not(seen.some(a => seen.some(b => a !== b && a.devices === b.devices && beside(a, b))))
  assert.equal(
    [...new Set(ran.events.flatMap(event => (event.type === 'started' ? [event.lane] : [])))],
    ['gpu'],
  )
})

test('a step that asks for two gets both, alone; what held one of them is ended before', async () => {
  const ran = await play([look('one', 1), { ...look('both', 2), needs: ['one'] }, look('after', 1)])
  const seen = seenBy(ran)
  assert.is(seen.get('both')!.devices, 'GPU-a,GPU-b')
  assert.is(seen.get('both')!.gpus, 2)
  const [both, after] = [seen.get('both')!, seen.get('after')!]
  assert.ok(after.until <= both.from || both.until <= after.from)
})

test('steps that ask for none stay out of the lane', async () => {
  const ran = await play([look('none', 0), look('silent', undefined)])
  const seen = seenBy(ran)
  assert.is(seen.get('none')!.process, process.pid)
  assert.is(seen.get('silent')!.process, process.pid)
  assert.is(seen.get('silent')!.gpus, 'absent')
})

test('a step that asks for more than there are fails alone, and is told what was found', async () => {
  const { became, record } = await play([look('many', 3), look('fits', 1)], { keepGoing: true })
  assert.equal(became, { many: 'failed', fits: 'finished' })
  const [found] = record.instances[0]!.problems!
  assert.is(found!.code, 'gpus-missing')
  assert.is(found!.message, '"many" asks for 3 GPUs: the test says that there are 2')
})

test('where nobody knows of a GPU, a step that asks for one is told so', async () => {
  const { record } = await play([look('one', 1)], {
    devices: { devices: [], how: 'nvidia-smi lists no GPU' },
  })
  assert.is(record.instances[0]!.problems![0]!.message, '"one" asks for 1 GPU: nvidia-smi lists no GPU')
})

test('a crash on one device fails its step; the step on the other, and the next on it, go on', async () => {
  const crash: Written = { id: 'crash', spec: faulty, config: { mood: 'segv' }, gpus: 1 }
  const { became, record } = await play([look('beside', 1, 800), crash, look('next', 1), look('last', 1)], {
    keepGoing: true,
  })
  assert.equal(became, { beside: 'finished', crash: 'failed', next: 'finished', last: 'finished' })
  const [found] = record.instances[1]!.problems!
  assert.is(
    `${found!.code}: ${found!.message}`,
    'lane-died: the process that ran kind "faulty" was ended by SIGSEGV',
  )
  assert.match(found!.hint!, /^That is a bad memory access in native code\./)
})

test('a crash with retries is made good on the same devices', async () => {
  const scratch = join(emptyFolder(), 'count')
  const twice: Written = {
    id: 'twice',
    spec: faulty,
    config: { mood: 'crashesTwice', scratch },
    gpus: 1,
    retries: 2,
  }
  const { became, record } = await play([twice, look('beside', 1)])
  assert.equal(became, { twice: 'finished', beside: 'finished' })
  assert.is(record.instances[0]!.attempts, 3)
})

test('Ctrl-C and a timeout end a step inside native code after the grace, with its process', async () => {
  const stuck: Written = { id: 'stuck', spec: faulty, config: { mood: 'foreverWasm' }, gpus: 1, timeout: 300 }
  const { record } = await play([stuck], { grace: 100 })
  assert.is(record.instances[0]!.problems![0]!.code, 'step-timeout')
})
