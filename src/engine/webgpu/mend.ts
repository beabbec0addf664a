import { readFileSync } from 'node:fs'

type System = 'debian' | 'ubuntu' | 'fedora' | 'arch' | 'alpine' | 'other'

const systemOf = (text: string): System => {
  const value = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? ''
  const ids = `${value('ID')} ${value('ID_LIKE')}`
  for (const id of ['ubuntu', 'debian', 'fedora', 'arch', 'alpine'] as const) if (ids.includes(id)) return id
  return /rhel|centos/.test(ids) ? 'fedora' : 'other'
}

const release = (): string => {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

const commands: Readonly<Record<System, string>> = {
  debian: 'apt-get install libvulkan1 mesa-vulkan-drivers',
  ubuntu: 'apt-get install libvulkan1 mesa-vulkan-drivers',
  fedora: 'dnf install vulkan-loader mesa-vulkan-drivers',
  arch: 'pacman -S vulkan-icd-loader vulkan-swrast',
  alpine: 'apk add vulkan-loader mesa-vulkan-swrast',
  other: '',
}

/** The command that brings Vulkan's loader and Mesa's drivers, among them lavapipe, to the system that `os` (its os-release) names. */
export const installVulkan = (os = release()): string => {
  const system = systemOf(os)
  // Mesa 22.3 of Debian 12 is too old for Dawn.
  if (system === 'debian' && /bookworm/.test(os))
    return `Run \`${commands.debian.replace('install', 'install -t bookworm-backports')}\` (with bookworm-backports in /etc/apt).`
  return system === 'other'
    ? "Install Vulkan's loader and a driver of your GPU, or Mesa's."
    : `Run \`${commands[system]}\`, and the driver of your GPU where Mesa has none.`
}
