/** A known fault of TensorFlow under Node, by what is written when it happens. */
export interface Symptom {
  readonly id: string
  /** Matches the text: an error's message, or the end of what a process wrote. */
  readonly seen: RegExp
  /** What it means, as a sentence without its full stop. */
  readonly says: string
  /** The one thing that mends it. */
  readonly mend: string
  /** Where people met it; absent: we did, or TensorFlow's own code says so. */
  readonly reported?: string
}

const build = 'Run `trimtab engine build native`.'
const tracker = 'tensorflow/tfjs#'

/**
 * What users of tfjs-node meet, the more special first. Most come from its installer, which fetches a library of 2022
 * into node_modules; `trimtab engine build native` does without it.
 */
export const symptoms: readonly Symptom[] = [
  {
    id: 'removed-in-node-23',
    seen: /util_1?\)?\.(isNullOrUndefined|isArray|isUndefined)\)? is not a function/,
    says: 'tfjs-node 4.22 calls functions that Node 23 removed',
    mend: 'Open it through Trimtab (`engine: native`), which puts them back; a program of your own needs `util.isNullOrUndefined ??= x => x == null` first.',
    reported: `${tracker}8425, ${tracker}8609`,
  },
  {
    id: 'no-avx',
    seen: /illegal (hardware )?instruction|SIGILL|compiled to use (AVX|SSE)[^\n]*aren't available/i,
    says: 'this processor lacks instructions that TensorFlow was compiled for (AVX)',
    mend: 'Use `engine: wasm`: no TensorFlow on PyPI runs here. In a virtual machine, pass the processor of the host through.',
    reported: `${tracker}2631, ${tracker}4414, ${tracker}6663`,
  },
  {
    id: 'musl',
    seen: /ld-linux[^\n]*No such file|ld-musl|Error relocating/,
    says: 'this system has the C library musl (Alpine), and TensorFlow is built for glibc',
    mend: 'Use an image with glibc, such as `node:22-slim`, or `engine: wasm`.',
    reported: `${tracker}1425, ${tracker}6556`,
  },
  {
    id: 'glibc-too-old',
    seen: /version [`'"]?(GLIBC|GLIBCXX|CXXABI)_[\d.]+['"]? not found/,
    says: 'the C or C++ library of this system is older than the one that TensorFlow was built for',
    mend: 'Build against an older TensorFlow: `trimtab engine build native --tensorflow 2.16.2`.',
    reported: `${tracker}2809`,
  },
  {
    id: 'other-processor',
    seen: /invalid ELF header|wrong ELF class|incompatible architecture|Exec format error|not a mach-o file/i,
    says: 'the addon was built for another processor or operating system; node_modules or .trimtab was copied from there',
    mend: build,
    reported: `${tracker}3275, ${tracker}7400`,
  },
  {
    id: 'unsupported-system',
    seen: /Unsupported system: (cpu|gpu)-/,
    says: "tfjs-node's installer has no library for this system (arm64)",
    mend: 'Run `npm install --ignore-scripts`, then `trimtab engine build native`.',
    reported: `${tracker}4514, ${tracker}5937, ${tracker}6162`,
  },
  {
    id: 'no-prebuilt',
    seen: /Tried to download\(40\d\)|response status 40\d[^\n]*pre-built-binary|Pre-built binaries not (found|installable)/,
    says: "tfjs-node's installer found no addon for this version of Node on its server",
    mend: 'Run `npm install --ignore-scripts`, then `trimtab engine build native`.',
    reported: `${tracker}2390, ${tracker}3577, ${tracker}3622`,
  },
  {
    id: 'installer-offline',
    seen: /storage\.googleapis\.com[^\n]*(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN)|(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN)[^\n]*storage\.googleapis\.com/,
    says: "tfjs-node's installer cannot reach storage.googleapis.com",
    mend: 'Run `npm install --ignore-scripts`, then `trimtab engine build native`, which takes TensorFlow from the Python index that pip uses.',
  },
  {
    id: 'no-driver',
    seen: /libcuda\.so\.1: cannot open shared object file|CUDA_ERROR_NO_DEVICE|no CUDA-capable device|failed call to cuInit/,
    says: 'there is no NVIDIA driver here, or it shows no GPU',
    mend: 'Install the driver (`apt-get install nvidia-driver`); in a container, start it with `--gpus all`.',
    reported: 'tensorflow/tensorflow#74459',
  },
  {
    id: 'cuda-library-missing',
    seen: /(Could not load (dynamic )?library|cannot open shared object file)[^\n]*(libcu|libnv|libnccl|cudnn)|lib(cudart|cublas\w*|cudnn\w*|cufft|curand|cusolver|cusparse|nccl|nvrtc|cupti)\.so[.\d]*: cannot open shared object file|Could not (find|load) (cuda|cuDNN)[^\n]*librar|Cannot dlopen some GPU libraries|Missing ?GPU libraries/i,
    says: 'a library of CUDA or cuDNN is missing, so TensorFlow leaves the GPU alone',
    mend: 'Run `trimtab engine build native --cuda`, which installs the ones that this TensorFlow was built for.',
    reported: `${tracker}3727, ${tracker}3957, ${tracker}8269`,
  },
  {
    id: 'driver-too-old',
    seen: /CUDA driver version is insufficient|CUDA_ERROR_(SYSTEM_DRIVER_MISMATCH|UNSUPPORTED_PTX_VERSION|NO_BINARY_FOR_GPU)|forward compatibility was attempted/,
    says: 'the NVIDIA driver is older than the CUDA that TensorFlow was built for, or the GPU is newer than both',
    mend: 'Update the driver, or build against another TensorFlow: `trimtab engine build native --cuda --tensorflow VERSION`.',
    reported: `${tracker}8362`,
  },
  {
    id: 'libtensorflow-missing',
    seen: /libtensorflow(_cc|_framework)?\.(so\.\d|\d\.dylib)[^\n]*(cannot open shared object file|image not found|no such file)|Library not loaded:[^\n]*libtensorflow/i,
    says: "TensorFlow's library is not where the addon looks for it",
    mend: build,
    reported: `${tracker}3287, ${tracker}6676`,
  },
  {
    id: 'addon-missing',
    seen: /Cannot find module[^\n]*tfjs_binding\.node|native addon module \(tfjs_binding\.node\) can not be found|The specified module could not be found|tfjs_binding\.node[^\n]*(cannot open shared object file|no such file)/,
    says: 'the addon (tfjs_binding.node), or a library that it loads, is not there',
    mend: build,
    reported: `${tracker}2341, ${tracker}2678, ${tracker}4191, ${tracker}8215, ${tracker}8581`,
  },
  {
    id: 'undefined-symbol',
    seen: /undefined symbol: |Symbol not found: |symbol lookup error/,
    says: 'the addon and the library of TensorFlow do not fit: one of them was replaced since it was built',
    mend: build,
  },
  {
    id: 'file-torn',
    seen: /file too short|SIGBUS|invalid ELF|ELF load command past end of file/,
    says: 'a library of the engine is torn: its disk was full, or a copy was cut off',
    mend: build,
  },
  {
    id: 'compiler-missing',
    seen: /(g\+\+|c\+\+|make|cc): (Command )?not found|not found: (make|g\+\+)|spawn (g\+\+|c\+\+|make) ENOENT/i,
    says: 'there is no C++ compiler',
    mend: 'Install one: `apt-get install g++` (Debian, Ubuntu), `dnf install gcc-c++` (Fedora, Red Hat), `xcode-select --install` (macOS). Then run `trimtab engine build native`.',
    reported: `${tracker}711, ${tracker}1651, ${tracker}3622`,
  },
  {
    id: 'second-worker',
    seen: /Module did not self-register/,
    says: 'an addon that was built for an old N-API cannot be loaded by a second worker thread',
    mend: build,
    reported: `${tracker}2079`,
  },
  {
    id: 'two-cores',
    seen: /(already registered|was already set)[^\n]*(another|different)|Cannot read[^\n]*of undefined \(reading 'backend'\)|moveData/,
    says: 'two copies of tfjs-core are loaded, and tensors of one are given to the other',
    mend: 'Run `npm dedupe`; `npm ls @tensorflow/tfjs-core` must show one version, once.',
  },
  {
    id: 'compiler-too-old',
    seen: /unrecognized command.line option ['‘"]?-std=c\+\+17|unknown value 'c\+\+17'|invalid value 'c\+\+17'/,
    says: 'the C++ compiler is too old: it does not know C++17',
    mend: 'Use GCC 8 or Clang 7, or later: `CXX=g++-12 trimtab engine build native`.',
  },
  {
    id: 'standard-library-missing',
    seen: /fatal error:? ['‘]?(c?st\w+|memory|vector|string|algorithm|map|set|iostream|assert\.h|features\.h)(\.h)?['’]?:? (No such file|file not found)|cannot find -lstdc\+\+/,
    says: 'the headers of the C or C++ standard library are missing',
    mend: 'Install them: `apt-get install g++ libc6-dev` (Debian, Ubuntu), `dnf install gcc-c++ glibc-devel` (Fedora); macOS: `xcode-select --install`.',
  },
  {
    id: 'headers-missing',
    seen: /fatal error:? ['‘]?(tensorflow|tsl|xla)\/[\w/.]+['’]?:? (No such file|file not found)/,
    says: "TensorFlow's headers are missing: this TensorFlow was installed without its include folder",
    mend: 'Let Trimtab install one: `trimtab engine build native --tensorflow 2.21.0`.',
  },
  {
    id: 'linker-missing',
    seen: /cannot (find|execute|exec) ['‘"]?(ld|as|cc1plus|collect2)['’"]?|posix_spawnp?: No such file/,
    says: 'parts of the compiler are missing (the assembler, the linker, or its C++ part)',
    mend: 'Install it whole: `apt-get install g++ binutils` (Debian, Ubuntu), `dnf install gcc-c++ binutils` (Fedora).',
  },
  {
    id: 'gpu-memory',
    seen: /RESOURCE_EXHAUSTED|OOM when allocating tensor|CUDA_ERROR_OUT_OF_MEMORY|failed to allocate [\d.]+ ?[GMK]i?B/,
    says: 'the memory of the GPU, or of this machine, is used up',
    mend: 'Use a smaller `batchSize`, or `onOutOfMemory: halveBatch`.',
    reported: `${tracker}709, ${tracker}808, ${tracker}2760`,
  },
  {
    id: 'memory-killed',
    seen: /(Killed|SIGKILL).*(cc1plus|c\+\+)|internal compiler error: Killed|virtual memory exhausted|bad_alloc/,
    says: 'memory ran out',
    mend: 'Close other programs, or give the container more memory.',
  },
  {
    id: 'disk-full',
    seen: /No space left on device|ENOSPC/,
    says: 'the disk is full',
    mend: 'Make room: an engine for CPUs needs 1.4 GB while it is built, one for CUDA 10 GB.',
  },
]

/** The known fault that a text shows; undefined where it shows none of them. */
export const explain = (text: string): Symptom | undefined => symptoms.find(({ seen }) => seen.test(text))
