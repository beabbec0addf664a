import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deathProblem, type Death } from '../../src/run/lanes/death.js'
import { countOomKills } from '../../src/run/lanes/oom-kills.js'
import { problemsOf } from '../../src/run/worker/crash.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('what a dead process says of its cause')

const crashFile = join(emptyFolder(), 'crash.txt')
const said = (death: Partial<Death>): string => {
  const { code, message, hint } = deathProblem({
    kind: 'train',
    signal: null,
    exitCode: null,
    said: '',
    outOfMemory: undefined,
    crashFile,
    ...death,
  })
  return `${code}: ${message}${hint === undefined ? '' : ` → ${hint.replace(crashFile, 'FILE')}`}`
}

test('signals and exit codes, with what they mean', () => {
  assert.is(
    said({ signal: 'SIGILL' }),
    'lane-died: the process that ran kind "train" was ended by SIGILL → That is an instruction that this processor does not have: a library built for a newer one.',
  )
  assert.is(said({ exitCode: 3 }), 'lane-died: the process that ran kind "train" ended with exit code 3')
  assert.is(
    said({ signal: 'SIGKILL', hung: 60_000 }),
    'lane-died: the process that ran kind "train" gave no sign of life for 1m 00s and was ended',
  )
})

test('the last words of native code', () => {
  assert.is(
    said({
      signal: 'SIGABRT',
      said: 'I0000 something\n2026-01-01 F tensorflow/core/framework/tensor.cc:844] Check failed: dtype() == expected (1 vs. 3)\n',
    }),
    'lane-died: the process that ran kind "train" was ended by SIGABRT (Check failed: dtype() == expected (1 vs. 3)) → That is native code that gave up. What it wrote last is in FILE',
  )
})

test('a SIGKILL by the kernel is told from one by somebody, as far as the counters tell', () => {
  assert.match(said({ signal: 'SIGKILL', outOfMemory: true }), /^worker-out-of-memory: .*memory was full/)
  assert.match(said({ signal: 'SIGKILL', outOfMemory: false }), /^lane-died: .*Someone killed it/)
  assert.match(said({ signal: 'SIGKILL' }), /^lane-died: .*when memory runs out/)
})

test('a crash in a bounded address space is most likely memory', () => {
  assert.is(
    said({ signal: 'SIGSEGV', addressSpace: 3e9 }),
    'out-of-memory: the process that ran kind "train" was ended by SIGSEGV, most likely for want of memory → Its address space is bounded to 3.00 GB (ulimit -v), and native code crashes so where it gets no more. Raise the bound, or use a smaller batchSize.',
  )
  assert.match(said({ signal: 'SIGFPE', addressSpace: 3e9 }), /^lane-died: /)
})

test('a process that died for want of memory: heap, C++, device', () => {
  assert.match(
    said({
      signal: 'SIGABRT',
      said: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    }),
    /^worker-out-of-memory: /,
  )
  assert.match(
    said({
      signal: 'SIGABRT',
      said: "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc",
    }),
    /^worker-out-of-memory: /,
  )
  assert.match(
    said({
      signal: 'SIGABRT',
      said: 'E tensorflow/stream_executor/cuda/cuda_driver.cc:860] failed to allocate 2.20G (2362232012 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory',
    }),
    /^out-of-memory: the device ran out of memory in a step of kind "train": no room for 2\.36 GB; its process was ended by SIGABRT/,
  )
})

test('errors that TensorFlow, CUDA and Vulkan throw, with the sizes that they say', () => {
  const thrown = (message: string): string => {
    const [found] = problemsOf(new Error(message), 'train', crashFile)
    return `${found!.code}: ${found!.message}`
  }
  assert.is(
    thrown(
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[128,32,26,26] and type float on /job:localhost/replica:0/task:0/device:GPU:1 by allocator GPU_1_bfc',
    ),
    'out-of-memory: GPU 1 ran out of memory in a step of kind "train": no room for a tensor of 128×32×26×26 (11.1 MB)',
  )
  assert.is(
    thrown(
      'OOM when allocating tensor with shape[4096,4096] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu',
    ),
    'out-of-memory: the native engine ran out of memory in a step of kind "train": no room for a tensor of 4096×4096 (67.1 MB)',
  )
  assert.match(
    thrown('VK_ERROR_OUT_OF_DEVICE_MEMORY at CreateBuffer'),
    /^out-of-memory: the device ran out of memory/,
  )
  assert.match(
    thrown(
      'Invalid TF_Status: 10\nMessage: Operation received an exception:Status: 1, message: could not create a primitive, in file tensorflow/core/kernels/mkl/mkl_conv_grad_filter_ops.cc:685',
    ),
    /^out-of-memory: /,
  )
  assert.match(
    thrown(
      'Invalid TF_Status: 10\nMessage: Operation received an exception:Status: 3, message: could not create a primitive',
    ),
    /^step-crashed: /,
  )
  assert.match(thrown('a plain bug'), /^step-crashed: /)
})

test('the kernel counts its kills in control groups of either version, or for the machine', () => {
  const rootOf = (files: Readonly<Record<string, string>>): string => {
    const root = emptyFolder()
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return root
  }
  assert.is(
    countOomKills(
      rootOf({
        'proc/self/cgroup': '0::/user.slice/a\n',
        'sys/fs/cgroup/user.slice/a/memory.events': 'low 0\noom 4\noom_kill 3\noom_group_kill 0\n',
        'proc/vmstat': 'oom_kill 9\n',
      }),
    ),
    3,
  )
  assert.is(
    countOomKills(
      rootOf({
        'proc/self/cgroup': '5:cpu:/x\n4:memory:/x/y\n',
        'sys/fs/cgroup/memory/x/y/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
      }),
    ),
    2,
  )
  assert.is(countOomKills(rootOf({ 'proc/vmstat': 'nr_free 1\noom_kill 5\n' })), 5)
  assert.is(countOomKills(rootOf({})), undefined)
})
