import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir, release } from 'node:os'
import { join } from 'node:path'

/** What this machine has for Vulkan, as far as its files tell. Only Linux is looked at: elsewhere the system brings a GPU interface. */
export interface Drivers {
  /** `libvulkan.so.1`, which finds the drivers. */
  readonly loader: boolean
  /** Manifests of drivers, with their times of change, so that a new driver shows. */
  readonly manifests: readonly string[]
  /** Device files of GPUs: `/dev/dri/renderD128`, `/dev/nvidia0`. None: only a software driver can compute. */
  readonly devices: readonly string[]
  /** Those of them that this user may not open. */
  readonly closed: readonly string[]
}

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

const parts = (value: string | undefined, otherwise = ''): string[] =>
  (value || otherwise).split(':').filter(each => each !== '')

/** By the linker's own index, or the folders that systems without one search. */
const hasLoader = (): boolean =>
  read('/etc/ld.so.cache').includes('libvulkan.so.1') ||
  [
    ...parts(process.env['LD_LIBRARY_PATH']),
    '/usr/lib',
    '/usr/local/lib',
    '/lib',
    '/run/opengl-driver/lib',
  ].some(folder => existsSync(join(folder, 'libvulkan.so.1')))

/** Where Vulkan's loader looks for drivers, in its order (Khronos, LoaderDriverInterface.md). */
const manifestFiles = (): string[] => {
  const { env } = process
  const forced = parts(env['VK_DRIVER_FILES'] || env['VK_ICD_FILENAMES'])
  const home = env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
  const config = env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  const roots = [
    config,
    ...parts(env['XDG_CONFIG_DIRS'], '/etc/xdg'),
    '/etc',
    home,
    ...parts(env['XDG_DATA_DIRS'], '/usr/local/share:/usr/share'),
    '/run/opengl-driver/share',
  ]
  const folders = [
    ...parts(env['VK_ADD_DRIVER_FILES']),
    ...(forced.length > 0 ? forced : roots.map(root => join(root, 'vulkan', 'icd.d'))),
  ]
  return folders.flatMap(path =>
    path.endsWith('.json')
      ? [path]
      : list(path)
          .filter(name => name.endsWith('.json'))
          .map(name => join(path, name)),
  )
}

const dated = (file: string): string[] => {
  try {
    const { mtimeMs, size } = statSync(file)
    return [`${file} ${mtimeMs} ${size}`]
  } catch {
    return []
  }
}

const isOpen = (file: string): boolean => {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Looks at files alone: a millisecond. */
export const lookAtDrivers = (): Drivers => {
  if (process.platform !== 'linux') return { loader: true, manifests: [release()], devices: [], closed: [] }
  const devices = [
    ...list('/dev/dri')
      .filter(name => name.startsWith('renderD'))
      .map(name => `/dev/dri/${name}`),
    ...list('/dev')
      .filter(name => /^nvidia\d+$|^dxg$/.test(name))
      .map(name => `/dev/${name}`),
  ]
  return {
    loader: hasLoader(),
    manifests: manifestFiles().flatMap(dated),
    devices,
    closed: devices.filter(file => !isOpen(file)),
  }
}

/** Changes when what Dawn would find may have changed: an answer of it is kept under this text. */
export const driversText = (drivers: Drivers): string =>
  JSON.stringify([
    drivers,
    read('/proc/driver/nvidia/version'),
    ['LD_LIBRARY_PATH', 'VK_LOADER_DRIVERS_SELECT', 'VK_LOADER_DRIVERS_DISABLE', 'MESA_VK_DEVICE_SELECT'].map(
      name => process.env[name] ?? '',
    ),
  ])
