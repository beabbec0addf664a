const many = (count: number, each: (at: number) => string): string =>
  Array.from({ length: Math.max(1, Math.floor(count)) }, (_, at) => each(at)).join('')

const steps = (body: string): string => `trimtab: 1\nsteps:\n${body}`
const gates = (body: string): string => `${steps('  a: {kind: quantize, model: a}\n')}gates:\n${body}`

/** Files that are meant to exhaust a reader, by about how many characters they have. None is a sound recipe. */
export const heavy: Readonly<Record<string, (size: number) => string>> = {
  'brackets that open': size => `x: ${'['.repeat(size)}`,
  'brackets that open and close': size => `x: ${many(size / 3, () => '[],')}`,
  'a list of empty lists': size => `x: [${many(size / 3, () => '[],')}]`,
  'a list of nothing': size => `x: [${','.repeat(size)}]`,
  'maps in maps': size => `x: ${'{a: '.repeat(size / 4)}`,
  'closing brackets': size => `x: ${']'.repeat(size)}`,
  dashes: size => `x:\n  ${'- '.repeat(size / 2)}1`,
  'question marks': size => `x:\n  ${'? '.repeat(size / 2)}1`,
  'question marks in a line': size => `${steps('')}  a: ${'? '.repeat(size / 2)}`,
  colons: size => `x: ${': '.repeat(size / 2)}`,
  'colons without spaces': size => `x: ${':'.repeat(size)}`,
  anchors: size => `x-a:\n${many(size / 14, at => `  - &a${at} 1\n`)}`,
  'anchors in a row': size => `x-a: ${many(size / 7, at => `&a${at} `)}`,
  'anchors of anchors': size => `x-a:\n  ${many(size / 5, () => '- &a ')}1`,
  'anchors and aliases': size => `x-a: &a 1\nx-b:\n${many(size / 7, () => '  - *a\n')}`,
  'aliases of nothing': size => `x-b:\n${many(size / 9, at => `  - *n${at}\n`)}`,
  'a billion laughs': size =>
    many(size / 90, i =>
      i === 0 ? 'x-0: &a0 [1, 1, 1]\n' : `x-${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]\n`,
    ),
  tags: size => `x:\n${many(size / 9, at => `  - !t${at} 1\n`)}`,
  'tags in a row': size => `x: ${'!a '.repeat(size / 3)}`,
  directives: size => `${many(size / 8, () => '%ABC 1\n')}---\nx: 1`,
  documents: size => many(size / 8, () => '---\nx: 1\n'),
  comments: size => `${many(size / 4, () => '# c\n')}trimtab: 1`,
  'empty lines': size => `trimtab: 1${'\n'.repeat(size)}`,
  'empty lines in quotes': size => `trimtab: "${'\n'.repeat(size)}"`,
  'lines of a folded text': size => `description: >\n${many(size / 6, () => '  ab\n\n')}`,
  'lines of a plain text': size => `description: a\n${many(size / 5, () => '  ab\n')}`,
  'a long word': size => 'x'.repeat(size),
  'a long text with an unknown key': size => `description: "${'x'.repeat(size)}"\nx: 1`,
  'a long key': size => `${'k'.repeat(size)}: 1`,
  'a long key in quotes': size => `"${'k'.repeat(size)}": 1`,
  'a long number': size => `trimtab: 1\nseed: ${'9'.repeat(size)}`,
  'a quote that stays open': size => `description: "${'x '.repeat(size / 2)}`,
  'quotes that stay open': size => `x:\n${many(size / 6, () => '  - "a\n')}`,
  backslashes: size => `description: "${'\\'.repeat(size)}`,
  'spaces at the end': size => `description: a${' '.repeat(size)}`,
  tabs: size => `description:${'\t'.repeat(size)}`,
  'tabs as indentation': size => `x:\n${many(size / 6, at => `\tk${at}: 1\n`)}`,
  'lines that fit nowhere': size => `x: 1\n${many(size / 8, at => `  l${at}\n`)}`,
  stairs: size => many(Math.sqrt(size * 2), at => `${' '.repeat(at)}a:\n`),
  'keys twice': size => many(size / 5, () => 'x: 1\n'),
  'unknown keys': size => `trimtab: 1\n${many(size / 12, at => `key${at}: 1\n`)}`,
  'unknown keys in one line': size => `{trimtab: 1, ${many(size / 12, at => `key${at}: 1, `)}}`,
  'unknown keys of a step': size =>
    steps(`  a:\n    kind: quantize\n    model: a\n${many(size / 16, at => `    key${at}: 1\n`)}`),
  'merge keys': size => steps(`  a:\n${many(size / 12, () => '    <<: {}\n')}`),
  'keys that are lists': size => `trimtab: 1\n${many(size / 8, () => '[a]: 1\n')}`,
  'steps of no kind': size => steps(many(size / 14, at => `  a${at}: {b: 1}\n`)),
  'steps that are numbers': size => steps(many(size / 10, at => `  a${at}: 1\n`)),
  'steps of wrong names': size => steps(many(size / 20, at => `  ${at}: {kind: train}\n`)),
  'steps of unknown kinds': size => steps(many(size / 24, at => `  a${at}: {kind: trian${at}}\n`)),
  'references to nothing': size =>
    steps(many(size / 40, at => `  a${at}: {kind: quantize, model: nothing${at}}\n`)),
  'references to the wrong type': size =>
    steps(
      `  d: {kind: dataset, source: {digits: {examples: 1}}}\n${many(size / 34, at => `  a${at}: {kind: quantize, model: d}\n`)}`,
    ),
  'each waits for the next': size => {
    const count = Math.floor(size / 40)
    return steps(many(count, at => `  a${at}: {kind: quantize, model: a${(at + 1) % count}}\n`))
  },
  'all wait for all': size => {
    const count = Math.floor(Math.sqrt(size / 6))
    const all = `[${Array.from({ length: count }, (_, at) => `a${at}`).join(', ')}]`
    return steps(many(count, at => `  a${at}: {kind: quantize, model: a0, needs: ${all}}\n`))
  },
  'a wide list of layers': size =>
    steps(
      `  a: {kind: train, epochs: 1, data: a, model: {layers: [${many(size / 9, () => 'flatten, ')}]}}\n`,
    ),
  'wrong layers': size =>
    steps(
      `  a: {kind: train, epochs: 1, data: a, model: {layers: [${many(size / 12, at => `{l${at}: 1}, `)}]}}\n`,
    ),
  rules: size =>
    steps(
      `  a: {kind: prune, model: a, sparsity: 0.5, rules: [${many(size / 30, () => '{layers: x, sparsity: 1}, ')}]}\n`,
    ),
  'wrong rules': size =>
    steps(
      `  a: {kind: prune, model: a, sparsity: 0.5, rules: [${many(size / 20, at => `{layer${at}: x}, `)}]}\n`,
    ),
  'rules of all sorts': size =>
    steps(
      `  a: {kind: prune, model: a, sparsity: 0.5, rules: [${many(size / 20, at => ['1, ', '{layers: x}, ', '[2], ', '{sparsity: x}, '][at % 4]!)}]}\n`,
    ),
  'wrong params': size => `trimtab: 1\nparams:\n${many(size / 24, at => `  p${at}: {type: nmber}\n`)}`,
  'params without a value': size =>
    `trimtab: 1\nparams:\n${many(size / 24, at => `  p${at}: {type: number}\n`)}`,
  'expressions that stay open': size =>
    `trimtab: 1\nsteps: {a: {kind: quantize, model: a, timeout: "${'${{ '.repeat(size / 4)}"}}`,
  'expressions unquoted': size => `x: {${many(size / 16, at => `k${at}: \${{ a }}, `)}}`,
  'expressions of unknown names': size =>
    `trimtab: 1\nsteps: {a: {kind: quantize, model: a, timeout: "${many(size / 12, () => '${{ params.a }}')}"}}`,
  'expressions of unknown names, one a step': size =>
    steps(many(size / 60, at => `  a${at}: {kind: quantize, model: a0, timeout: "\${{ params.b${at} }}"}\n`)),
  'a deep expression': size => gates(`  g: {check: "${'('.repeat(size)}"}\n`),
  'gates of unknown names': size =>
    gates(many(size / 34, at => `  g${at}: {check: b${at}.accuracy > 0.5}\n`)),
  'gates that are no expression': size => gates(many(size / 24, at => `  g${at}: {check: "1 +"}\n`)),
  'gates of no form': size => gates(many(size / 14, at => `  g${at}: {}\n`)),
  'paths of many folders': size =>
    steps(`  a: {kind: dataset, source: {csv: {file: ${'a/'.repeat(size / 2)}}}}\n`),
  'paths that are not there': size =>
    steps(many(size / 60, at => `  a${at}: {kind: dataset, source: {csv: {file: f${at}/x.csv}}}\n`)),
  'allowed paths': size => `trimtab: 1\nallowPaths: [${many(size / 8, at => `a${at}, `)}]\n`,
  'lines of carriage returns': size => many(size / 5, at => `x${at % 10}: 1\r`),
  'combining marks': size => `description: ${'\u0301'.repeat(size)}\nx: 1`,
}
