import { realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { describeValue, plainOf, type MapNode } from './node.js'
import { hideSecrets } from './param-declarations.js'
import { readText } from './read-text.js'
import type { Reporter } from './reporter.js'
import { sourceFile, type SourceFile } from './source-file.js'
import { readYaml } from './yaml-document.js'

/** A file of `--params`: values by name, each with its place. */
export interface ParamsFile {
  /** As it was named. */
  readonly shown: string
  readonly source: SourceFile
  readonly values: MapNode
}

/** Reads files of params, YAML or JSON (which is YAML too), in their order. A faulty one is left out, which was told. */
export const readParamsFiles = async (
  files: readonly string[],
  cwd: string,
  reporter: Reporter,
): Promise<ParamsFile[]> => {
  const found: ParamsFile[] = []
  for (const file of files) {
    const path = resolve(cwd, file)
    const read = await readText(path, 'params')
    if ('fault' in read) {
      const { code, message, hint } = read.fault
      reporter.report(code, `--params: ${message(relative(cwd, path))}`, undefined, hint?.(cwd))
      continue
    }
    const source = sourceFile(realpathSync(path), read.text)
    const root = readYaml(source, reporter)
    if (!root) continue
    hideSecrets(root)
    if (root.kind === 'map') found.push({ shown: file, source, values: root })
    else
      reporter.report(
        'wrong-type',
        `a file of params must be a map of names and values, and is ${describeValue(plainOf(root))}`,
        { source, start: root.start, end: root.end },
      )
  }
  return found
}
