import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRecipe } from '../../src/language/read.js'
import type { Recipe } from '../../src/language/recipe.js'
import { emptyFolder } from '../rig.js'
import { assert } from '../suite.js'
import { kinds } from './kinds.js'

export interface More {
  readonly set?: Record<string, string>
  readonly env?: Record<string, string>
  readonly folder?: string
  readonly cwd?: string
  readonly allow?: readonly string[]
}

/** Reads a text as `recipe.yml` of a folder. */
export const read = (text: string, more: More = {}) => {
  const folder = more.folder ?? realpathSync(emptyFolder())
  writeFileSync(join(folder, 'recipe.yml'), text)
  const { set, env, allow } = more
  return readRecipe({
    file: join(folder, 'recipe.yml'),
    kinds,
    cwd: more.cwd ?? folder,
    ...(set ? { set } : {}),
    ...(env ? { env } : {}),
    ...(allow ? { allow } : {}),
  })
}

/** Reads a text that must have no problem. */
export const clean = async (text: string, more: More = {}): Promise<Recipe> => {
  const { recipe, problems } = await read(text, more)
  assert.equal(problems, [])
  return recipe!
}
/** Line and code of every problem. */
export const codes = async (text: string, more: More = {}) =>
  (await read(text, more)).problems.map(({ code, at }) => `${at?.line ?? '-'} ${code}`)

/** A small recipe that reads clean; more steps may be added at its end. */
export const base = `trimtab: 1
seed: 7
params: {epochs: 3, half: 0.5, fast: true, name: tiny}
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}}
  base: {kind: train, data: digits, model: {layers: [flatten]}, epochs: "\${{ params.epochs }}"}
`
export const stepOf = (recipe: Recipe, id: string) => recipe.steps.find(step => step.id === id)!
