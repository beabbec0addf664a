// A process that runs a recipe: `node play-recipe.js RECIPE STORE`, the record as JSON out, and the events before it.
import { run } from '../../src/api/index.js'

const [recipe, store] = process.argv.slice(2) as [string, string]
const { record, problems } = await run({
  recipe,
  store,
  workers: 1,
  onEvent: event => process.stdout.write(`${JSON.stringify({ event })}\n`),
})
process.stdout.write(`${JSON.stringify({ record, problems })}\n`)
