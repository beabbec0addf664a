import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { assert, suite } from '../suite.js'

const test = suite('what must not reach a result')
const src = join(packageFolder(), 'src')

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.includes('assembly'))
  .map(name => relative(src, join(src, name)))
  .sort()

/** Code without its comments and texts, so that words about a thing are not taken for the thing. */
const codeOf = (text: string): string =>
  text
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")

interface Rule {
  readonly what: RegExp
  /** Rooms that are held to it; absent: all. */
  readonly rooms?: readonly string[]
  /** Where it stands all the same, and why no result depends on it. */
  readonly allowed: Readonly<Record<string, string>>
}

/** Rooms whose numbers go into artifacts, metrics, keys and verdicts. */
const computing = [
  'core',
  'data',
  'engine',
  'expression',
  'fit',
  'judge',
  'language',
  'model',
  'network',
  'plan',
  'sources',
  'steps',
]

const rules: Readonly<Record<string, Rule>> = {
  'functions of Math that processors and versions of Node round differently': {
    what: /\bMath\s*(\.|\?\.|\[)\s*(a?cosh?|a?sinh?|a?tanh?|atan2|cbrt|expm?1?|hypot|log1p|log10|log2|log|pow|f16round)\b/,
    allowed: {},
  },
  'Math taken apart, which would hide them': {
    what: /[{=,(]\s*Math\s*[;,)\n]|=\s*Math\b(?!\.)/,
    allowed: {},
  },
  'powers other than of 2, which Node 22 and 24 round differently': {
    // 2 to a whole power is exact: test/core/portable holds all of them against repeated doubling.
    what: /(?<!(^|[^\w.])2\s)\*\*(?!\*)/m,
    rooms: computing,
    allowed: {
      'language/editor/hover.ts': 'bold type in Markdown',
      'core/units.ts':
        'a size with a unit: whole powers of 1000 and 1024, up to the fourth, rounded to a whole number',
    },
  },
  'draws that have no seed': {
    what: /\bMath\s*\.\s*random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b|\btf\s*\.\s*(random\w*|truncatedNormal|multinomial|dropout|rand)\b/,
    // The store draws names of runs, claims and unfinished files.
    rooms: [...computing, 'run', 'report'],
    allowed: {
      'engine/native/build/fetch-wheel.ts': 'the name of an unfinished download',
      'engine/native/trial.ts': 'a trial of an engine, which stores nothing; its draws have a seed',
    },
  },
  clocks: {
    what: /\bDate\b|\bperformance\s*\.|\bhrtime\b/,
    rooms: computing,
    allowed: {
      'fit/progress.ts': 'what is shown while training runs: images a second, time left',
      'steps/benchmark/run.ts': 'measures time: a measurement, which enters no digest',
      'sources/open-files.ts': 'decides whether a file that was read is hashed once more, never what is read',
      'plan/explain.ts': 'shows when a stored result was saved',
      'engine/native/trial.ts': 'how long opening an engine took, for whoever builds it',
      'engine/webgpu/finding.ts': 'how long "no adapter" is believed before Dawn is asked again',
    },
  },
  'what hangs on language and place': {
    what: /\blocaleCompare\b|\bIntl\b|\btoLocale\w*|\bgetTimezoneOffset\b/,
    allowed: {
      'report/figures.ts': 'groups digits for a reader, always in the same way',
      'api/lsp/known.ts': 'groups digits for a reader, always in the same way',
      'engine/native/built.ts': 'sorts versions of TensorFlow, always as English has numbers',
    },
  },
  'the number of cores': {
    what: /\bavailableParallelism\b|\bcpus\s*\(|\bhardwareConcurrency\b/,
    // `run` and `store` ask how much to do at once.
    rooms: computing,
    allowed: {
      'plan/machine.ts': 'the class of machine that a latency holds for',
    },
  },
}

/** Files that break a rule. */
const breaking = ({ what, rooms }: Rule, texts: ReadonlyMap<string, string>): string[] =>
  [...texts]
    .filter(([name]) => rooms === undefined || rooms.includes(name.split(/[\\/]/)[0]!))
    .filter(([, text]) => what.test(codeOf(text)))
    .map(([name]) => name.replaceAll('\\', '/'))

const sources = new Map(files.map(name => [name, readFileSync(join(src, name), 'utf8')]))

for (const [name, rule] of Object.entries(rules))
  test(`no source has ${name}, but for those with a reason`, () => {
    assert.ok(sources.size > 300)
    assert.equal(breaking(rule, sources), Object.keys(rule.allowed).sort())
  })

test('each of them would be found', () => {
  const planted: Record<string, readonly string[]> = {
    'functions of Math that processors and versions of Node round differently': [
      'const y = Math.exp(x)',
      'const y = Math.cos(\n  x)',
      'return Math.log10(x) + Math.sqrt(x)',
      "const y = Math['tanh'](x)".replace("'tanh'", 'tanh'),
    ],
    'Math taken apart, which would hide them': ['const { exp } = Math\n', 'const m = Math;'],
    'powers other than of 2, which Node 22 and 24 round differently': [
      'const y = x ** 2',
      'const y = 10 ** n',
      'const y = 1.2 ** n',
      'x **= 3',
    ],
    'draws that have no seed': ['const r = Math.random()', 'tf.randomNormal([3])', 'randomBytes(4)'],
    clocks: ['const t = Date.now()', 'const t = new Date()', 'performance.now()'],
    'what hangs on language and place': ['names.sort((a, b) => a.localeCompare(b))', 'n.toLocaleString()'],
    'the number of cores': ['availableParallelism()'],
  }
  for (const [name, rule] of Object.entries(rules))
    for (const text of planted[name]!)
      assert.equal(breaking(rule, new Map([['fit/planted.ts', text]])), ['fit/planted.ts'], text)
  const innocent =
    "const y = 2 ** -24 // not x ** 2, nor Math.exp\nconst t = 'Math.random Date.now' /* Date */\nMath.sqrt(y)"
  for (const rule of Object.values(rules))
    assert.equal(breaking(rule, new Map([['fit/planted.ts', innocent]])), [])
})
