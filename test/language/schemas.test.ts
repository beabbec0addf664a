import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packageFolder } from '../../src/core/home.js'
import { checkValue } from '../../src/language/check-value.js'
import { editorSchema } from '../../src/language/editor-schema.js'
import { readKinds } from '../../src/language/read.js'
import { isMetaKey } from '../../src/language/step-schema.js'
import { layerTypes } from '../../src/network/catalogue.js'
import { layerSchema } from '../../src/network/check-config.js'
import { builtInKinds } from '../../src/steps/index.js'
import { assert, suite } from '../suite.js'

const test = suite('published schemas')

const editor = new Ajv({ strict: false, allErrors: false }).compile(editorSchema(builtInKinds))
const recipe = (steps: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  trimtab: 1,
  steps,
  ...more,
})

test('every schema of a kind and of a layer is a right schema, and its defaults fit', () => {
  const ajv = new Ajv2020({ strict: false })
  for (const layer of layerTypes) assert.ok(ajv.validateSchema(layerSchema(layer)), layer.type)
  const loose = new Ajv({ strict: false })
  for (const { kind, params } of builtInKinds) {
    assert.ok(loose.validateSchema(params), kind)
    assert.is((params as { additionalProperties?: unknown }).additionalProperties, false, kind)
    for (const [name, field] of Object.entries(params.properties as Record<string, { default?: unknown }>)) {
      assert.not(isMetaKey(name), `${kind}.${name}`)
      if (field.default !== undefined)
        assert.equal(checkValue(field, structuredClone(field.default), name).faults, [], `${kind}.${name}`)
    }
  }
})

test('the examples are right to an editor', async () => {
  const folder = join(packageFolder(), 'examples')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('recipe.yml'),
  )
  assert.ok(files.length >= 3)
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    const { kinds } = await readKinds({ file: join(folder, file), cwd: folder, kinds: builtInKinds })
    // With plug-ins the schema that `trimtab schema` writes for the project.
    const check =
      kinds.length > builtInKinds.length ? new Ajv({ strict: false }).compile(editorSchema(kinds)) : editor
    assert.ok(check(parse(text)), `${file} ${JSON.stringify(check.errors)}`)
  }
})

test('expressions may stand for numbers and words, and what has a default may be left out', () => {
  const step = (more: object) =>
    editor(recipe({ a: { kind: 'prune', model: 'base', granularity: 'filter', sparsity: 0.5, ...more } }))
  assert.ok(step({}), JSON.stringify(editor.errors))
  assert.ok(step({ sparsity: '${{ params.sparsity }}' }))
  assert.ok(step({ norm: '${{ params.norm }}', retries: '${{ params.n }}', timeout: '${{ params.n }}m' }))
  assert.not(step({ sparsity: 'half' }))
  assert.not(step({ norm: 'l7' }))
  assert.not(step({ engine: '${{ params.engine }}' }))
  assert.not(step({ unknown: 1 }))
  assert.not(step({ timeout: 'soon' }))
  assert.not(editor(recipe({ a: { kind: 'nothing' } })))
  assert.not(editor(recipe({}, { unknown: 1 })))
})

test('gates and params', () => {
  const steps = { a: { kind: 'quantize', model: 'base', weights: 'int8' } }
  const gate = (value: unknown) => editor(recipe(steps, { gates: { g: value } }))
  assert.ok(gate({ check: 'a.accuracy > 0.5', severity: 'warn' }), JSON.stringify(editor.errors))
  assert.ok(gate({ nonInferior: { candidate: 'a', reference: 'b', margin: 0.01 } }))
  assert.not(gate({ nonInferior: { candidate: 'a', reference: 'b' } }))
  assert.not(gate({ check: 'true', faster: { candidate: 'a', reference: 'b', by: 2 } }))
  assert.not(gate({}))
  const param = (value: unknown) => editor(recipe(steps, { params: { p: value } }))
  assert.ok(param(3))
  assert.ok(param({ type: 'path' }))
  assert.not(param({ default: 3 }))
  assert.not(param([1]))
})

test('a recipe that extends another may say less, and remove', () => {
  const extending = (more: object) => editor({ extends: 'base.yml', ...more })
  assert.ok(extending({}), JSON.stringify(editor.errors))
  assert.ok(editor({ extends: ['a.yml', 'trimtab:b'], steps: { a: { epochs: 3 }, b: null }, gates: null }))
  assert.ok(extending({ params: { p: 3, q: null }, gates: { g: { severity: 'warn' }, h: null } }))
  assert.not(extending({ steps: { a: { kind: 'prune', sparsityy: 0.5 } } }))
  assert.not(extending({ unknown: 1 }))
  assert.not(editor({ trimtab: 1 }))
  assert.not(editor(recipe({ a: null })))
})

test('every key says what it means', () => {
  const silent: string[] = []
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { properties } = schema as { properties?: Record<string, { description?: string } | boolean> }
    for (const [key, field] of Object.entries(properties ?? {}))
      if (
        typeof field === 'object' &&
        field.description === undefined &&
        !('$ref' in field || 'doNotSuggest' in field)
      )
        silent.push(`${path}.${key}`)
    // A condition is no place where anybody writes.
    for (const [key, inner] of Object.entries(schema)) if (key !== 'if') visit(inner, `${path}.${key}`)
  }
  visit(editorSchema(builtInKinds), '')
  assert.equal(silent, [])
})
