import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

export interface LinkingOptions {
  /** The project's folder, as recorded. */
  readonly project: string
  /** Paths of the texts that were laid out, as recorded. */
  readonly written: readonly string[]
  readonly place: (path: string) => string
}

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..')
}

const isInstalled = (path: string): boolean => path.split(sep).includes('node_modules')

/** Folders from a file's own up to the project's; its own alone where it lies outside. */
const foldersOf = (path: string, project: string): string[] => {
  const folders: string[] = []
  for (let at = dirname(path); ; at = dirname(at)) {
    folders.push(at)
    if (!isWithin(project, at)) return folders
  }
}

/** Links each installed package; one of a workspace to its code as it was recorded, where that was laid out. */
const linkAll = (from: string, { project, place }: LinkingOptions): void => {
  mkdirSync(place(from), { recursive: true })
  for (const name of readdirSync(from)) {
    const path = join(from, name)
    if (name.startsWith('@')) {
      linkAll(path, { project, written: [], place })
      continue
    }
    if (!existsSync(path) || existsSync(place(path))) continue
    const real = realpathSync(path)
    const own = isWithin(project, real) && !isInstalled(relative(project, real)) && existsSync(place(real))
    symlinkSync(own ? place(real) : path, place(path))
  }
}

/** What the code of plug-ins needs around it: the packages that are installed now, and manifests that say how to read it. */
export const linkPackages = (options: LinkingOptions): void => {
  const { project, written, place } = options
  const folders = new Set(written.flatMap(path => foldersOf(path, project)))
  for (const folder of folders) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && !existsSync(place(manifest))) cpSync(manifest, place(manifest))
  }
  for (const folder of folders) {
    const packages = join(folder, 'node_modules')
    if (existsSync(packages)) linkAll(packages, options)
  }
}
