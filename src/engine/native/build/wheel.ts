/** What a wheel's file name says (PEP 427, PEP 600): `tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`. */
export interface WheelName {
  readonly file: string
  /** With hyphens, as the index writes it: `tensorflow-cpu`. */
  readonly project: string
  readonly version: string
  /** `cp311`, `py3`. */
  readonly python: readonly string[]
  readonly platforms: readonly string[]
}

/** One spelling of a project's name (PEP 503). */
const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** Undefined where the file name is no wheel's. */
export const parseWheelName = (file: string): WheelName | undefined => {
  const found = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(file)
  if (!found) return undefined
  const [, project, version, python, , platform] = found
  return {
    file,
    project: normalName(project!),
    version: version!,
    python: python!.split('.'),
    platforms: platform!.split('.'),
  }
}

/** Versions of releases alone: 2.21.0 is one, 2.21.0rc1 and 2.21.0.dev3 are not. */
export const isRelease = (version: string): boolean => /^\d+(\.\d+)*(\.post\d+)?$/.test(version)

/** Below 0 where `a` is older. Numbers are compared as numbers; a missing one is 0. */
export const compareVersions = (a: string, b: string): number => {
  const [x, y] = [a, b].map(version => version.split('.').map(part => Number.parseInt(part, 10) || 0)) as [
    number[],
    number[],
  ]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const apart = (x[i] ?? 0) - (y[i] ?? 0)
    if (apart !== 0) return apart
  }
  return 0
}

const holds = (version: string, clause: string): boolean => {
  const [, sign, wanted = ''] = /^\s*(==|!=|>=|<=|~=|>|<)\s*([^\s]+)\s*$/.exec(clause) ?? []
  const apart = compareVersions(version, wanted.replace(/\.\*$/, ''))
  const within = wanted.endsWith('.*') ? `${version}.`.startsWith(wanted.slice(0, -1)) : apart === 0
  switch (sign) {
    case '==':
      return within
    case '!=':
      return !within
    case '>=':
      return apart >= 0
    case '<=':
      return apart <= 0
    case '>':
      return apart > 0
    case '<':
      return apart < 0
    case '~=':
      return apart >= 0 && `${version}.`.startsWith(`${wanted.split('.').slice(0, -1).join('.')}.`)
    default:
      return true
  }
}

/** Is a version one that a specifier (`>=9.3,<10`) allows? */
export const allows = (specifier: string, version: string): boolean =>
  specifier.split(',').every(clause => clause.trim() === '' || holds(version, clause))

/** A project with the versions that are allowed of it. */
export interface Requirement {
  readonly project: string
  readonly specifier: string
}

/**
 * NVIDIA's libraries that a TensorFlow wheel asks for in its extra `and-cuda`. Empty before TensorFlow 2.14, which
 * named none.
 */
export const cudaRequirements = (metadata: string): Requirement[] =>
  metadata.split('\n').flatMap(line => {
    const found =
      /^Requires-Dist:\s*(nvidia-[a-z0-9-]+)\s*\(?([^;)]*)\)?\s*;.*extra\s*==\s*['"]and-cuda['"]/.exec(line)
    return found ? [{ project: found[1]!, specifier: found[2]!.replaceAll(' ', '') }] : []
  })

/** Version of the C library that this Node runs on, `2.36`; undefined where it is another one than glibc. */
const glibcVersion = (): string | undefined => {
  const report = process.report as unknown as { excludeNetwork?: boolean; getReport(): unknown }
  // Looking up the names of open sockets takes seconds; Node 22 and later can leave them out.
  report.excludeNetwork = true
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime
}

/** The platform tags of wheels that run here, the most demanding first. */
export const platformTags = (
  platform: string = process.platform,
  arch: string = process.arch,
  /** `2.36`; empty: another C library than glibc. Absent: of this machine. */
  glibc: string = glibcVersion() ?? '',
): string[] => {
  const machine = { x64: 'x86_64', arm64: platform === 'darwin' ? 'arm64' : 'aarch64' }[arch]
  if (machine === undefined) return []
  if (platform === 'darwin')
    return Array.from({ length: 6 }, (_, i) => `macosx_${15 - i}_0_${machine}`).concat(
      machine === 'x86_64' ? ['macosx_10_15_x86_64', 'macosx_10_14_x86_64'] : [],
    )
  const minor = Number(glibc.split('.')[1])
  if (!(minor >= 17)) return []
  return [
    ...Array.from({ length: minor - 16 }, (_, i) => `manylinux_2_${minor - i}_${machine}`),
    `manylinux2014_${machine}`,
  ]
}
