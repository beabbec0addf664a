// `npm start`: builds what changed, then runs the main job in this process.
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'

await buildAll()
process.argv.splice(2, 0, 'run', fileURLToPath(new URL('../examples/seed-cnn/recipe.yml', import.meta.url)))
await import('../bin/trimtab.js')
