import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plan } from '../../src/api/validate.js'
import { packageFolder } from '../../src/core/home.js'
import { keepSources } from '../../src/run/sources.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('sources of a record')

const sourcesOf = async (project: string, recipe: string) => {
  const planned = await plan({ recipe: join(project, recipe) })
  assert.ok(planned.ok, JSON.stringify(planned.problems))
  const store = await openStore(join(project, '.trimtab'))
  return { store, sources: await keepSources(planned.plan!, store) }
}

test('a run keeps the texts that it came from: recipe, what it extends, and code of plug-ins', async () => {
  const project = emptyFolder()
  cpSync(join(packageFolder(), 'examples/plugin'), project, { recursive: true })
  // The plug-in imports us as an installed package.
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(packageFolder(), join(project, 'node_modules/trimtab'))
  writeFileSync(join(project, 'small.yml'), 'trimtab: 1\nextends: recipe.yml\nparams: {epochs: 1}\n')
  const { store, sources } = await sourcesOf(project, 'small.yml')
  assert.equal(sources.map(({ path }) => path).sort(), ['disturb.js', 'recipe.yml', 'small.yml'])
  assert.is(sources[0]?.path, 'small.yml')
  for (const { path, digest, bytes } of sources) {
    const text = readFileSync(join(project, path))
    assert.equal(Buffer.from(await store.objects.get(digest)), text)
    assert.is(bytes, text.length)
  }
})

test('a recipe that ships is known by its name', async () => {
  const project = emptyFolder()
  cpSync(join(packageFolder(), 'examples/pipelines'), project, { recursive: true })
  mkdirSync(join(project, '.git'))
  const { sources } = await sourcesOf(project, 'int8/recipe.yml')
  assert.ok(
    sources.some(({ path }) => path.startsWith('trimtab:')),
    JSON.stringify(sources),
  )
})
