import { findDevices, type DeviceSources } from '../../src/engine/devices.js'
import { queryGpus, readGpus, readList, type Smi } from '../../src/engine/nvidia-smi.js'
import { pinTo } from '../../src/run/lanes/pins.js'
import { assert, suite } from '../suite.js'

const test = suite('the GPUs of a machine')

const twoGpus = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000001)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-22222222-aaaa-bbbb-cccc-000000000002)
`
const sliced = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000001)
  MIG 3g.20gb     Device  0: (UUID: MIG-31111111-aaaa-bbbb-cccc-000000000003)
  MIG 3g.20gb     Device  1: (UUID: MIG-41111111-aaaa-bbbb-cccc-000000000004)
GPU 1: NVIDIA T4 (UUID: GPU-22222222-aaaa-bbbb-cccc-000000000002)
`
const memory = `GPU-11111111-aaaa-bbbb-cccc-000000000001, NVIDIA A100-SXM4-40GB, 40960, 550.54.15, 8.0
GPU-22222222-aaaa-bbbb-cccc-000000000002, NVIDIA A100-SXM4-40GB, 40960, 550.54.15, 8.0
`

const machine = (list: string | undefined, files = 0): DeviceSources => ({
  smi: (...args) =>
    Promise.resolve(
      list === undefined
        ? { why: 'nvidia-smi is not installed' }
        : { text: args[0] === '-L' ? list : memory },
    ),
  files: () => files,
})

const pins = async (env: Record<string, string>, list: string | undefined = twoGpus): Promise<string[]> =>
  (await findDevices(env, machine(list))).devices.map(({ pin }) => pin)

const [first, second] = [
  'GPU-11111111-aaaa-bbbb-cccc-000000000001',
  'GPU-22222222-aaaa-bbbb-cccc-000000000002',
]

test('nvidia-smi lists them, with their memory', async () => {
  const { devices, how } = await findDevices({}, machine(twoGpus))
  assert.equal(devices, [
    { pin: first, name: 'NVIDIA A100-SXM4-40GB', memory: 40960 * 2 ** 20 },
    { pin: second, name: 'NVIDIA A100-SXM4-40GB', memory: 40960 * 2 ** 20 },
  ])
  assert.is(how, 'nvidia-smi lists 2 GPUs')
})

test('a GPU in slices is its slices', () => {
  assert.equal(
    readList(sliced).map(({ pin, name }) => `${name}: ${pin.slice(0, 12)}`),
    [
      'NVIDIA A100-SXM4-40GB, MIG 3g.20gb: MIG-31111111',
      'NVIDIA A100-SXM4-40GB, MIG 3g.20gb: MIG-41111111',
      'NVIDIA T4: GPU-22222222',
    ],
  )
})

test('what it says of each; a column that an old driver does not know takes none of the others along', async () => {
  assert.equal(
    readGpus('GPU-1, NVIDIA H100 80GB HBM3, 81559, 550.54.15, 9.0\nGPU-2, Tesla K80, [N/A], 470.1, 3.7\n\n'),
    [
      {
        uuid: 'GPU-1',
        name: 'NVIDIA H100 80GB HBM3',
        memory: 81559 * 2 ** 20,
        driver: '550.54.15',
        capability: '9.0',
      },
      { uuid: 'GPU-2', name: 'Tesla K80', driver: '470.1', capability: '3.7' },
    ],
  )
  const old: Smi = query =>
    Promise.resolve(
      query!.includes('compute_cap')
        ? { why: 'nvidia-smi fails: Field "compute_cap" is not a valid field to query.' }
        : { text: 'GPU-2, Tesla K80, 11441, 418.87\n' },
    )
  assert.equal(await queryGpus(old), {
    gpus: [{ uuid: 'GPU-2', name: 'Tesla K80', memory: 11441 * 2 ** 20, driver: '418.87' }],
  })
})

test('CUDA_VISIBLE_DEVICES hides, orders, and ends at what it does not know', async () => {
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: '1' }), ['1'])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: '1,0' }), ['1', '0'])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: '1,7,0' }), ['1'])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: 'GPU-2222' }), ['GPU-2222'])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: '0,0' }), ['0'])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: '' }), [])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: '-1' }), [])
  assert.equal(await pins({ CUDA_VISIBLE_DEVICES: 'none' }), [])
})

test('without nvidia-smi the files of the driver count, and where there are none there is no GPU', async () => {
  const { devices, how } = await findDevices({}, machine(undefined, 2))
  assert.equal(
    devices.map(({ pin }) => pin),
    ['0', '1'],
  )
  assert.is(how, 'nvidia-smi does not answer, and /dev has files of 2 GPUs')
  const none = await findDevices({}, machine(undefined))
  assert.equal(none.devices, [])
  assert.is(none.how, 'there is no nvidia-smi that answers, and /dev has no file of a GPU')
  assert.is((await findDevices({}, machine('\n'))).how, 'nvidia-smi lists no GPU')
})

test('TRIMTAB_DEVICES names them, whatever there is', async () => {
  assert.equal(await pins({ TRIMTAB_DEVICES: '0, 3' }, undefined), ['0', '3'])
  assert.equal(await pins({ TRIMTAB_DEVICES: 'none' }), [])
})

test('this machine is asked without a driver too', async () => {
  const { how } = await findDevices({ PATH: process.env['PATH'] })
  assert.ok(how.length > 0)
})

test('a pin keeps the order in which the user counts', () => {
  const devices = [{ pin: '1', name: 'a' }]
  assert.equal(pinTo(devices, {}), { CUDA_VISIBLE_DEVICES: '1', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
  assert.equal(pinTo(devices, { CUDA_VISIBLE_DEVICES: '0,1' }), {
    CUDA_VISIBLE_DEVICES: '1',
    CUDA_DEVICE_ORDER: 'FASTEST_FIRST',
  })
  assert.is(pinTo(devices, { CUDA_DEVICE_ORDER: 'X' })['CUDA_DEVICE_ORDER'], 'X')
})
