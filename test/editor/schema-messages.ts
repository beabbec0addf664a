import { extending, gate, layers, param, recipe, step, type Case } from './schema-case.js'

/** What is said of a whole text. */
export const messages: readonly Case[] = [
  {
    name: 'an unknown kind: one message, which lists them',
    text: step('kind: prnue', 'model: b', 'sparsity: 0.5'),
    says: [/^There is no such kind of step\. There are: dataset, train, .*prune/],
  },
  {
    name: 'no kind: one message',
    text: step('model: b', 'sparsity: 0.5'),
    says: ['Missing property "kind".'],
  },
  {
    name: 'a port that is missing',
    text: step('kind: prune', 'sparsity: 0.5'),
    says: ['Missing property "model".'],
  },
  {
    name: 'a misspelt key',
    text: step('kind: prune', 'model: b', 'sparsity: 0.5', 'granularty: filter'),
    says: ['Property granularty is not allowed.'],
  },
  {
    name: 'a misspelt word',
    text: step('kind: prune', 'model: b', 'sparsity: 0.5', 'norm: l7'),
    says: [/Valid values: "l1", "l2"/],
  },
  {
    name: 'a text for a number',
    text: step('kind: prune', 'model: b', 'sparsity: half'),
    says: ['Incorrect type. Expected "number".'],
  },
  {
    name: 'a checkpoint in other words',
    text: step('kind: finetune', 'model: b', 'data: d', 'checkpoint: 1 epoch'),
    says: [/pattern/],
  },
  {
    name: 'a checkpoint of a kind that keeps none',
    text: step('kind: prune', 'model: b', 'sparsity: 0.5', 'checkpoint: every 1 epoch'),
    says: ['Property checkpoint is not allowed.'],
  },
  {
    name: 'a checkpoint by an expression',
    text: step('kind: finetune', 'model: b', 'data: d', 'checkpoint: every ${{ params.n }} steps'),
    says: [],
  },
  {
    name: 'out of range',
    text: step('kind: prune', 'model: b', 'sparsity: 1.5'),
    says: [/exclusive maximum of 1/],
  },
  {
    name: 'expressions for a number, a word, a boolean, a whole number and in a list',
    text: step(
      'kind: prune',
      'model: b',
      'sparsity: ${{ params.s }}',
      'norm: ${{ params.n }}',
      'roundTo: ${{ params.r }}',
      'retries: ${{ params.t }}',
      'timeout: ${{ params.m }}m',
      'rules: [{layers: "conv*", exclude: "${{ params.e }}"}]',
    ),
    says: [],
  },
  {
    name: 'an expression for a word in a list',
    text: step('kind: train', 'data: d', 'model: b', 'metrics: ["${{ params.m }}"]'),
    says: [],
  },
  {
    name: 'an expression for a schedule and an optimizer',
    text: step(
      'kind: train',
      'data: d',
      'model: b',
      'optimizer: {adam: {learningRate: "${{ params.r }}"}}',
      'loss: "${{ params.l }}"',
    ),
    says: [],
  },
  {
    name: 'an expression where none may stand',
    text: step('kind: prune', 'model: "${{ params.m }}"', 'sparsity: 0.5'),
    says: [/does not match the pattern/],
  },
  {
    name: 'a layer that needs fields',
    text: layers('- dense'),
    says: [/^No layer has this name alone\..*dense: \{units: 10\}/],
  },
  { name: 'a misspelt layer', text: layers('- dens: {units: 10}'), says: ['Property dens is not allowed.'] },
  {
    name: 'a misspelt field of a layer',
    text: layers('- dense: {units: 10, activaton: relu}'),
    says: ['Property activaton is not allowed.'],
  },
  {
    name: 'a misspelt optimizer',
    text: step('kind: train', 'data: d', 'model: b', 'optimizer: adm'),
    says: [/Valid values: "sgd", "adam"/],
  },
  {
    name: 'a misspelt optimizer as a map',
    text: step('kind: train', 'data: d', 'model: b', 'optimizer: {adm: {}}'),
    says: ['Property adm is not allowed.'],
  },
  { name: 'a gate without a form', text: gate('g: {severity: warn}'), says: [/^A gate needs a form: check/] },
  {
    name: 'a gate with two forms',
    text: gate('g: {check: a.bytes < 1, faster: {candidate: a, reference: b, by: 2}}'),
    says: ['A gate takes one form, and has check already.'],
  },
  {
    name: 'a param that is a list',
    text: param('p: [1]'),
    says: [/^A param is its default value, or a map/],
  },
  {
    name: 'a param of no type',
    text: param('p: {type: nubmer}'),
    says: [/Valid values: "number", "integer"/],
  },
  {
    name: 'the name of a step',
    text: recipe('  a-b: {kind: model, source: {tfjs: m}}'),
    says: [/^The name of a step is a letter/],
  },
  {
    name: 'another version',
    text: 'trimtab: 2\nsteps: {a: {kind: model, source: {tfjs: m}}}\n',
    says: [/language version 1/],
  },
  {
    name: 'a misspelt top-level key',
    text: recipe('  a: {kind: model, source: {tfjs: m}}', 'parms: {}'),
    says: ['Property parms is not allowed.'],
  },
  {
    name: 'top-level keys for anchors',
    text: recipe('  a: {kind: model, source: {tfjs: m}}', 'x-shared: {q: 1}'),
    says: [],
  },
  {
    name: 'matrix and when',
    text: step(
      'kind: prune',
      'model: b',
      'sparsity: ${{ matrix.s }}',
      'when: b.accuracy > 0.5',
      'matrix: {s: [0.5, "${{ params.s }}"], n: {small: 1}, l: {layersOf: b, type: conv2d}, include: [{s: 1, n: 2, l: x}]}',
    ),
    says: [],
  },
  {
    name: 'an axis that is a number',
    text: step('kind: prune', 'model: b', 'sparsity: 0.5', 'matrix: {s: 3}'),
    says: [/^Incorrect type\. Expected "array/],
  },
  {
    name: 'a choice with a word and with a step',
    text: recipe(
      '  a: {kind: select, from: [b, c], minimize: it.bytes, where: it.accuracy > 0.9, otherwise: fail}',
      '  d: {kind: select, from: [b, c], otherwise: b}',
    ),
    says: [],
  },
  {
    name: 'inputs and outputs',
    text: `${recipe('  a: {kind: prune, model: m, sparsity: 0.5}')}inputs: {m: model, d: {type: dataset, optional: true}}\noutputs: {small: a.model}\n`,
    says: [],
  },
  {
    name: 'an input of no type',
    text: `${recipe('  a: {kind: prune, model: m, sparsity: 0.5}')}inputs: {m: modle}\n`,
    says: [/Valid values: "model", "dataset"/],
  },
  {
    name: 'a recipe over a base says what differs, and removes',
    text: extending('a: {sparsity: 0.5}', 'b: null', 'c: {kind: prune, sparsity: 0.5, rules: null}'),
    says: [],
  },
  {
    name: 'a misspelt key in a recipe over a base: no echo of what it may inherit',
    text: extending('c: {kind: prune, modl: a}'),
    says: ['Property modl is not allowed.'],
  },
  {
    name: 'an unknown kind in a recipe over a base',
    text: extending('c: {kind: prnue}'),
    says: [/^There is no such kind of step\. There are: dataset/],
  },
  {
    name: 'gates and params over a base',
    text: `${extending('a: null')}gates: {g: null, h: {severity: warn}}\nparams: {p: null, q: {default: 3}}\n`,
    says: [],
  },
  {
    name: 'an expression in a gate, which takes none',
    text: gate('g: {nonInferior: {candidate: a, reference: b, margin: "${{ params.m }}"}}'),
    says: ['Incorrect type. Expected "number".'],
  },
  {
    name: 'a pipeline with inputs and params',
    text: step(
      'kind: pipeline',
      'uses: trimtab:slim',
      'inputs: {net: base, data: d.dataset}',
      'params: {share: 0.5}',
    ),
    says: [],
  },
  { name: 'a pipeline that uses nothing', text: step('kind: pipeline'), says: ['Missing property "uses".'] },
  {
    name: 'plug-ins, as a list',
    text: `${recipe('  a: {kind: model, source: {tfjs: m}}')}plugins: [./scale.js, a-package]\n`,
    says: [],
  },
]
