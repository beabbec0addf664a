import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const counted = (text: string | undefined): number | undefined => {
  const found = /^oom_kill (\d+)$/m.exec(text ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Bytes of address space that this process, and what it starts, may have (`ulimit -v`); undefined: as much as there is. */
export const addressSpace = (root = '/'): number | undefined => {
  const limit = /^Max address space +(\d+) /m.exec(read(join(root, 'proc/self/limits')) ?? '')?.[1]
  return limit === undefined ? undefined : Number(limit)
}

/**
 * How many processes the kernel has killed since it had no memory left: of our control group where that tells (both
 * versions of them), else of the machine. Undefined where neither does. What rises while a process is killed tells an
 * empty memory from somebody's `kill -9`; the kernel's log would name the process, but only root may read it.
 */
export const countOomKills = (root = '/'): number | undefined => {
  const groups = read(join(root, 'proc/self/cgroup')) ?? ''
  const folder = join(root, 'sys/fs/cgroup')
  const second = /^0::(.*)$/m.exec(groups)?.[1]
  const first = /^\d+:(?:\w+,)*memory(?:,\w+)*:(.*)$/m.exec(groups)?.[1]
  const places = [
    ...(second === undefined ? [] : [join(folder, second, 'memory.events'), join(folder, 'memory.events')]),
    ...(first === undefined ? [] : [join(folder, 'memory', first, 'memory.oom_control')]),
    join(root, 'proc/vmstat'),
  ]
  for (const place of places) {
    const count = counted(read(place))
    if (count !== undefined) return count
  }
  return undefined
}
