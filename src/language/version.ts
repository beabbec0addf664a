import type { MapNode } from './node.js'
import type { Reporter } from './reporter.js'

/** The version of the language that this Trimtab reads. */
export const currentVersion = 1

/** The version that a recipe says it is written in; undefined where it says none. */
export const versionOf = (root: MapNode): number | undefined => {
  const node = root.entries.get('trimtab')?.value
  const version = node?.kind === 'scalar' ? node.value : undefined
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 ? version : undefined
}

/** A recipe for a later Trimtab is told, and read no further. */
export const tellNewer = (root: MapNode, reporter: Reporter): boolean => {
  const version = versionOf(root)
  if (version === undefined || version <= currentVersion) return false
  reporter.report(
    'newer-version',
    `this recipe is written for a later Trimtab: version ${version} of the language, where this one reads ${currentVersion}`,
    root.entries.get('trimtab')!.value,
    'Install a newer Trimtab.',
  )
  return true
}

/** A recipe of another version of the language is told once: the rest of it means something else here. */
export const tellOtherVersion = (root: MapNode, reporter: Reporter): boolean => {
  const version = versionOf(root)
  if (version === undefined || version >= currentVersion) return tellNewer(root, reporter)
  reporter.report(
    'old-version',
    `this recipe is written in version ${version} of the language; this is version ${currentVersion}`,
    root.entries.get('trimtab')!.value,
    'Run `trimtab migrate` on it: comments and order stay.',
  )
  return true
}
