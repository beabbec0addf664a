import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../../src/core/home.js'
import { explain, symptoms } from '../../../src/engine/native/symptoms.js'
import { assert, suite } from '../../suite.js'

const test = suite('symptoms of the native engine')

/** What people and programs really wrote, by the fault that it shows. */
const written: Readonly<Record<string, readonly string[]>> = {
  'removed-in-node-23': [
    'TypeError: (0 , util_1.isNullOrUndefined) is not a function',
    'TypeError: util_1.isNullOrUndefined is not a function',
    'TypeError: (0 , util_1.isArray) is not a function',
  ],
  'no-avx': [
    'Illegal instruction (core dumped)',
    'zsh: illegal hardware instruction (core dumped)',
    '\nSIGILL',
  ],
  musl: [
    'Error: Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /usr/app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/../../deps/lib/libtensorflow.so.2)',
    'Error: Error relocating /home/app/node_modules/@tensorflow/tfjs-node/build/Release/libtensorflow.so: __memcpy_chk: symbol not found',
  ],
  'glibc-too-old': [
    "Error: /usr/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.21' not found (required by /app/tfjs_binding.node)",
    "/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.27' not found (required by /app/libtensorflow_cc.so.2)",
  ],
  'other-processor': [
    'Error: /usr/src/app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node: invalid ELF header',
  ],
  'unsupported-system': [
    'Error: Unsupported system: cpu-darwin-arm64',
    'Unsupported system: cpu-linux-arm64',
  ],
  'no-prebuilt': [
    'node-pre-gyp WARN Tried to download(404): https://storage.googleapis.com/tf-builds/pre-built-binary/napi-v4/1.3.2/CPU-linux-1.3.2.tar.gz',
    'node-pre-gyp ERR! install response status 404 Not Found on https://storage.googleapis.com/tf-builds/pre-built-binary/napi-v5/3.15.0/CPU-windows-3.15.0.zip',
  ],
  'installer-offline': ['Error: getaddrinfo ENOTFOUND storage.googleapis.com'],
  'cuda-library-missing': [
    "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory",
    "Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file",
    'W0000 gpu_device.cc:2342] Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly',
    'Could not load library cudnn_cnn_infer64_8.dll. Error code 126',
  ],
  'no-driver': [
    'E external/local_xla/xla/stream_executor/cuda/cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected',
    "Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open shared object file: No such file or directory",
  ],
  'driver-too-old': ['CUDA driver version is insufficient for CUDA runtime version'],
  'libtensorflow-missing': [
    'Error: libtensorflow.so.2: cannot open shared object file: No such file or directory',
    'Error: libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
  ],
  'addon-missing': [
    "Error: Cannot find module '/tf-node/node_modules/@tensorflow/tfjs-node/lib/napi-v4/tfjs_binding.node'",
    'Error: The Node.js native addon module (tfjs_binding.node) can not be found at path: /home/a/tfjs_binding.node',
    'Error: The specified module could not be found.\n\\\\?\\D:\\app\\node_modules\\@tensorflow\\tfjs-node-gpu\\lib\\napi-v8\\tfjs_binding.node',
  ],
  'undefined-symbol': ['Error: /app/tfjs_binding.node: undefined symbol: TF_DeleteStatus'],
  'file-torn': ['Error: /app/site/tensorflow/libtensorflow_cc.so.2: file too short', '\nSIGBUS'],
  'compiler-missing': ['make: g++: Command not found', 'gyp ERR! stack Error: not found: make'],
  'second-worker': ['Error: Module did not self-register.'],
  'standard-library-missing': [
    '/usr/include/x: fatal error: cstdint: No such file or directory',
    "fatal error: 'string' file not found",
    '/usr/bin/ld: cannot find -lstdc++: No such file or directory',
  ],
  'headers-missing': ['fatal error: tensorflow/c/c_api.h: No such file or directory'],
  'linker-missing': [
    "c++: fatal error: cannot execute 'cc1plus': execvp: No such file or directory",
    "collect2: fatal error: cannot find 'ld'",
  ],
  'gpu-memory': [
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1,3688,3688,3] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
  ],
  'disk-full': ['/usr/bin/ld: final link failed: No space left on device'],
}

test('every text that was really written shows its fault', () => {
  for (const [id, texts] of Object.entries(written))
    for (const text of texts) assert.is(explain(text)?.id, id, text)
})

test('every symptom has a sentence and something to do, once each', () => {
  for (const { id, says, mend } of symptoms) {
    assert.match(says, /^\S.{12,}[^.]$/, id)
    assert.match(mend, /\.$/, id)
  }
  assert.is(new Set(symptoms.map(({ id }) => id)).size, symptoms.length)
})

test('the page on the native engine has each of them', () => {
  const page = readFileSync(join(packageFolder(), 'docs/native.md'), 'utf8')
  for (const { id, says, mend } of symptoms)
    for (const text of [says, mend]) assert.ok(page.includes(text), `${id}: ${text}`)
})

test('what nobody knows is not explained', () => {
  assert.is(explain('TypeError: x is not iterable'), undefined)
  assert.is(explain(''), undefined)
})
