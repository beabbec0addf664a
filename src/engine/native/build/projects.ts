import { compareVersions } from './wheel.js'

/** Projects of the Python index that bring TensorFlow's library to this machine, the best first. */
export const tensorflowProjects = (
  device: 'cpu' | 'cuda',
  platform: string = process.platform,
  arch: string = process.arch,
): readonly string[] => {
  if (device === 'cuda') return ['tensorflow']
  if (platform === 'darwin')
    return arch === 'arm64' ? ['tensorflow', 'tensorflow-macos'] : ['tensorflow', 'tensorflow-cpu']
  // On arm64 `tensorflow` is the one for CPUs; before 2.16 it only pointed at Amazon's.
  return arch === 'arm64' ? ['tensorflow', 'tensorflow-cpu-aws'] : ['tensorflow-cpu', 'tensorflow']
}

/** Python versions to ask wheels of: the newest has the newest TensorFlow, 3.11 has every one from 2.12 to 2.21. */
export const pythonsFor = (version: string | undefined): readonly string[] =>
  version === undefined || compareVersions(version, '2.21') > 0
    ? ['3.16', '3.15', '3.14', '3.13', '3.12', '3.11']
    : ['3.11', '3.12', '3.10', '3.13', '3.9']
