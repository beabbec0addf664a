import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stream } from '../../src/core/random.js'
import { readRecipe } from '../../src/language/read.js'
import { wholeRecipe as whole } from '../fuzz/subjects.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'

const test = suite('a recipe damaged at random')

const pieces = [
  ...Array.from('{}[]:,&*#|>-?!%@`"\'\\ \t\n\r\0$é漢😀\u2028\ufeff0'),
  '__proto__',
  'constructor',
  '<<: *small',
  '*small',
  '&small',
  '${{',
  '}}',
  '${{ params.epochs }}',
  '${{ 1 / 0 }}',
  '$${{',
  ': ',
  '- ',
  '\n  ',
  '---\n',
  '...\n',
  'null',
  '~',
  '.nan',
  '1e999',
  '-1',
  '99999999999999999999',
  '"\\ud800"',
  '!!binary ',
  '? ',
  '[[[[[[[[[[[[',
  '{a: {a: {a: ',
  'base',
  'params',
]

const folder = emptyFolder()
const file = join(folder, 'recipe.yml')

/** Reads a text and gives what is wrong with the reading itself: a crash, a place outside of the file, no frame. */
const complaint = async (text: string): Promise<string | undefined> => {
  writeFileSync(file, text)
  const lines = text.split('\n')
  const { problems, recipe } = await readRecipe({ file, kinds, cwd: folder })
  if (!recipe && problems.length === 0) return 'no recipe and no problem'
  for (const { at, frame, message, code } of problems) {
    if (!at) continue
    const line = lines[at.line - 1]
    const isInside =
      line !== undefined &&
      at.column >= 1 &&
      at.column <= line.length + 1 &&
      at.endLine <= lines.length &&
      (at.endLine > at.line || (at.endLine === at.line && at.endColumn >= at.column))
    if (!isInside) return `${code} at ${JSON.stringify(at)}: ${message}`
    if (!frame?.includes('^')) return `${code} without a frame`
    if (/must match|schema|undefined|\[object/.test(message)) return `${code}: ${message}`
  }
  for (const step of recipe?.steps ?? []) {
    step.locate(['model', 'layers', 1, 'dense', 'units'])
    step.locate(['rules', 0, 'layers'], { start: 0, end: 400 })
  }
  return undefined
}

const damaged = (seed: number): string => {
  const random = stream(seed, 'damage')
  let text = whole
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(text.length)
    const piece = pieces[random.below(pieces.length)]!
    const length = random.below(12)
    const lines = text.split('\n')
    switch (random.below(6)) {
      case 0:
        text = text.slice(0, at) + piece + text.slice(at)
        break
      case 1:
        text = text.slice(0, at) + text.slice(at + length)
        break
      case 2:
        text = text.slice(0, at) + piece + text.slice(at + length)
        break
      case 3:
        lines.splice(random.below(lines.length), 1)
        text = lines.join('\n')
        break
      case 4: {
        const [from, to] = [random.below(lines.length), random.below(lines.length)]
        lines.splice(to, 0, lines[from]!)
        text = lines.join('\n')
        break
      }
      default: {
        const words = [...text.matchAll(/\b[\w.]+\b/g)]
        const [a, b] = [words[random.below(words.length)]!, words[random.below(words.length)]!]
        text = text.slice(0, a.index) + b[0] + text.slice(a.index + a[0].length)
      }
    }
  }
  return text
}

test('it reads clean before', async () => {
  writeFileSync(file, whole)
  assert.equal((await readRecipe({ file, kinds, cwd: folder })).problems, [])
})

test('fifteen hundred times: no crash, every place inside of the file', async () => {
  for (let seed = 0; seed < 1500; seed++) {
    const text = damaged(seed)
    let found: string | undefined
    try {
      found = await complaint(text)
    } catch (error) {
      found = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    assert.is(found, undefined, `seed ${seed}: ${found}`)
  }
})

const soon = async (text: string, code: string): Promise<void> => {
  // The processor's time: others may be at work beside this.
  const started = process.cpuUsage()
  writeFileSync(file, text)
  const { problems } = await readRecipe({ file, kinds, cwd: folder })
  assert.ok(
    problems.some(problem => problem.code === code),
    `${code}, not ${problems.map(problem => problem.code).join(', ')}`,
  )
  const { user } = process.cpuUsage(started)
  const took = user / 1000
  assert.ok(took < 3000, `${code} took ${took.toFixed(0)} ms`)
}

test('what is meant to exhaust a reader is refused soon', async () => {
  const laughs = Array.from({ length: 40 }, (_, i) =>
    i === 0 ? 'x-0: &a0 [1, 1, 1]' : `x-${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]`,
  )
  await soon(`trimtab: 1\n${laughs.join('\n')}\n`, 'too-large')
  await soon(`trimtab: 1\nx: ${'['.repeat(100_000)}`, 'too-deep')
  await soon(`trimtab: 1\nx: ${'{a: '.repeat(50_000)}`, 'too-deep')
  await soon(`trimtab: 1\nx:\n  ${'- '.repeat(5000)}1\n`, 'too-deep')
  const stairs = Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`)
  await soon(`${stairs.join('\n')}\n`, 'too-deep')
  await soon(`trimtab: 1\nx: *x\n`, 'unknown-alias')
  await soon(`trimtab: 1\nx-a: &a {b: [*a]}\n`, 'alias-cycle')
  await soon(`trimtab: 1\ndescription: "${'${{ '.repeat(20_000)}"\nx: 1`, 'unknown-key')
  await soon(
    `trimtab: 1\nsteps:\n${Array.from({ length: 20_000 }, (_, i) => `  a${i}: 1\n`).join('')}`,
    'wrong-type',
  )
})

test('chains of thousands of steps, and a circle of them', async () => {
  const chain = (last: string): string =>
    `trimtab: 1\nsteps:\n${Array.from({ length: 3000 }, (_, i) => `  s${i}: {kind: quantize, model: ${i === 0 ? last : `s${i - 1}`}}\n`).join('')}`
  await soon(chain('s2999'), 'graph-cycle')
  await soon(chain('none'), 'unknown-step')
})

test('names of every object are names like any other', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    const text = whole
      .replaceAll('kind: prune', `${name}: 1, kind: prune`)
      .replace('name: tiny', `${name}: tiny`)
    assert.is(await complaint(text), undefined)
    writeFileSync(file, text)
    const { problems } = await readRecipe({ file, kinds, cwd: folder })
    assert.ok(
      problems.some(({ code }) => code === 'unknown-key'),
      name,
    )
    assert.is(({} as Record<string, unknown>)['tiny'], undefined)
    const kinded = await readRecipe({
      file: writeAnd(`trimtab: 1\nsteps:\n  a: {kind: ${name}}\n`),
      kinds,
      cwd: folder,
    })
    assert.equal(
      kinded.problems.map(({ code }) => code),
      ['unknown-kind'],
    )
    const referred = await readRecipe({
      file: writeAnd(
        `trimtab: 1\nsteps:\n  a: {kind: quantize, model: ${name === '__proto__' ? 'b' : `b.${name}`}}\n  b: {kind: quantize, model: a}\n`,
      ),
      kinds,
      cwd: folder,
    })
    assert.ok(referred.problems.length > 0)
  }
})

const writeAnd = (text: string): string => {
  writeFileSync(file, text)
  return file
}
