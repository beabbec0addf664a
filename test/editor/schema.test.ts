import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageFolder } from '../../src/core/home.js'
import { assert, suite } from '../suite.js'
import { marked, startServer, textOf, type Server } from './client.js'
import type { Case } from './schema-case.js'
import { completions } from './schema-completions.js'
import { graphCompletions } from './schema-graph-completions.js'
import { hovers } from './schema-hovers.js'
import { messages } from './schema-messages.js'

/** What people have in VS Code, Neovim and JetBrains (by way of plug-ins): the schema in yaml-language-server. */
const test = suite('the published schema in yaml-language-server')
const root = packageFolder()
const cases = [...completions, ...graphCompletions, ...messages, ...hovers]
const yaml = {
  validate: true,
  completion: true,
  hover: true,
  schemaStore: { enable: false },
  schemas: { [pathToFileURL(join(root, 'schemas/recipe.schema.json')).href]: '*.yml' },
}

let server: Server
const uriOf = ({ name }: Case) =>
  pathToFileURL(join(root, 'examples', `${name.replaceAll(/\W+/g, '-')}.yml`)).href

test.before(async () => {
  server = await startServer({
    args: [join(root, 'node_modules/yaml-language-server/bin/yaml-language-server'), '--stdio'],
    cwd: root,
    settings: { yaml, '[yaml]': {} },
  })
  for (const each of cases) await server.open(uriOf(each), marked(each.text).text)
  await Promise.all(cases.map(each => server.said(uriOf(each))))
})
test.after(async () => {
  await server.stop()
})

const check = async (each: Case): Promise<void> => {
  const uri = uriOf(each)
  const { position } = marked(each.text)
  if (each.has ?? each.lacks) {
    const items = await server.complete(uri, position)
    const labels = items.map(({ label }) => label)
    for (const label of each.has ?? [])
      assert.ok(labels.includes(label), `${each.name} lacks ${label}: ${labels.join(', ')}`)
    for (const label of each.lacks ?? []) assert.not(labels.includes(label), `${each.name} has ${label}`)
    for (const label of labels)
      assert.not(/^part\d+$|^object|undefined/.test(label), `${each.name} has ${label}`)
    for (const [label, wanted] of Object.entries(each.describes ?? {}))
      assert.ok(
        items.some(item => item.label === label && wanted.test(textOf(item.documentation))),
        `${each.name}: ${label} is not described`,
      )
    for (const [label, wanted] of Object.entries(each.writes ?? {}))
      assert.equal(
        items.filter(item => item.label === label && item.textEdit?.newText === wanted).length,
        1,
        `${each.name}: ${label} writes ${JSON.stringify(items.filter(item => item.label === label).map(({ textEdit }) => textEdit?.newText))}`,
      )
  }
  if (each.says) {
    const said = (await server.said(uri)).map(({ message }) => textOf(message))
    const fits = (wanted: string | RegExp, message: string | undefined): boolean =>
      message !== undefined && (typeof wanted === 'string' ? wanted === message : wanted.test(message))
    assert.ok(
      said.length === each.says.length && each.says.every((wanted, index) => fits(wanted, said[index])),
      `${each.name} says:\n${said.join('\n')}`,
    )
  }
  if (each.hover) {
    const hover = await server.hover(uri, position)
    assert.match(textOf(hover?.contents), each.hover)
  }
}

for (const each of cases) test(each.name, () => check(each))
