import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../core/home.js'
import { didYouMean } from '../core/nearest.js'

/** Recipes that ship with Trimtab, for `trimtab:NAME`. */
export const shippedFolder = (): string => join(packageFolder(), 'pipelines')

const fileOf = (name: string): string => join(shippedFolder(), name, 'recipe.yml')

export const shippedNames = (): string[] => {
  try {
    return readdirSync(shippedFolder())
      .filter(name => existsSync(fileOf(name)))
      .toSorted()
  } catch {
    return []
  }
}

/** Where a recipe that ships with Trimtab lies, or why there is none of that name. */
export type Shipped =
  { readonly path: string } | { readonly path?: never; readonly message: string; readonly hint?: string }

/** The recipe that `trimtab:NAME` means; undefined for any other text, which is a path. */
export const findShipped = (text: string): Shipped | undefined => {
  const name = /^trimtab:(.*)$/s.exec(text)?.[1]
  if (name === undefined) return undefined
  const known = shippedNames()
  if (known.includes(name)) return { path: fileOf(name) }
  const all = known.map(each => `trimtab:${each}`)
  const hint = didYouMean(text, all) ?? (all.length > 0 ? `There are: ${all.join(', ')}.` : undefined)
  const message = `no recipe "${name}" comes with Trimtab`
  return hint === undefined ? { message } : { message, hint }
}
