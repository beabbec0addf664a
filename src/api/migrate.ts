import { migrateText, type Migrated } from '../language/migrations/migrate.js'
import { rewriteRecipe, type RewriteOptions, type Rewritten } from './rewrite.js'

/** Brings a recipe to the language as it is now and writes it, where that changes anything. */
export const migrateRecipe = (options: RewriteOptions): Promise<Rewritten<Migrated>> =>
  rewriteRecipe(options, migrateText, ({ text }) => text)
