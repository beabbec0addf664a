import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readRecipe, type ReadRecipeOptions } from '../../src/language/read.js'
import type { Recipe } from '../../src/language/recipe.js'
import { emptyFolder } from '../rig.js'
import { assert } from '../suite.js'
import { kinds } from './kinds.js'

/** A recipe that is extended. */
export const base = `trimtab: 1
seed: 7
params:
  epochs: 3
  share: {type: number, default: 0.5, minimum: 0, maximum: 0.9, description: How much.}
  data: {type: path, default: table.csv}
x-anchors: {one: &one 1}
steps:
  digits: {kind: dataset, source: {idx: {images: images.idx, labels: labels.idx}}, split: {train: 0.9, validation: 0.1}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten]}
    epochs: "\${{ params.epochs }}"
    optimizer: {adam: {learningRate: 0.1, beta1: 0.8}}
    timeout: 2m
  pruned: {kind: prune, model: base, sparsity: "\${{ params.share }}"}
gates:
  small: {check: pruned.bytes < base.bytes, severity: warn}
`

export type Files = Readonly<Record<string, string>>

/** A project of files, and a way to read one of them. */
export const project = (files: Files) => {
  const folder = realpathSync(emptyFolder())
  mkdirSync(join(folder, '.git'))
  for (const [name, text] of Object.entries({
    'lib/images.idx': '',
    'lib/labels.idx': '',
    'lib/table.csv': '',
    ...files,
  })) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const read = (more: Partial<ReadRecipeOptions> = {}) =>
    readRecipe({ file: 'recipe.yml', kinds, cwd: folder, ...more })
  const clean = async (more: Partial<ReadRecipeOptions> = {}): Promise<Recipe> => {
    const { recipe, problems } = await read(more)
    assert.equal(problems, [])
    return recipe!
  }
  /** File, line and code of every problem. */
  const told = async (more: Partial<ReadRecipeOptions> = {}) =>
    (await read(more)).problems.map(
      ({ code, at }) => `${at ? relative(folder, at.file) : '-'}:${at?.line ?? 0} ${code}`,
    )
  return { folder, read, clean, told }
}

/** What a recipe comes to that says this over the base. */
export const over = (text: string, more: Files = {}) =>
  project({ 'lib/base.yml': base, 'recipe.yml': `extends: lib/base.yml\n${text}`, ...more })
