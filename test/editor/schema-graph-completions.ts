import { extending, gate, param, step, type Case } from './schema-case.js'

/** What is offered where steps are tied together: gates, params, choices, matrices, inputs, bases, pipelines. */
export const graphCompletions: readonly Case[] = [
  {
    name: 'forms of a gate',
    text: gate('g:', '  ‸'),
    has: ['check', 'nonInferior', 'faster', 'when', 'severity'],
  },
  {
    name: "a gate's fields",
    text: gate('g:', '  nonInferior:', '    ‸'),
    has: ['candidate', 'reference', 'metric', 'margin', 'alpha'],
    describes: { margin: /one point/ },
  },
  { name: 'severities', text: gate('g:', '  check: a.bytes > 1', '  severity: ‸'), has: ['error', 'warn'] },
  {
    name: 'the long form of a param',
    text: param('p:', '  ‸'),
    has: ['type', 'default', 'minimum', 'maximum', 'enum', 'description'],
  },
  {
    name: 'types of params',
    text: param('p:', '  type: ‸'),
    has: ['number', 'integer', 'string', 'boolean', 'path'],
  },
  {
    name: 'a choice',
    text: step('kind: select', '‸'),
    has: ['from', 'where', 'minimize', 'maximize', 'otherwise'],
    lacks: ['models'],
    describes: { minimize: /least of this/ },
  },
  { name: 'a word beside a port', text: step('kind: select', 'from: [b]', 'otherwise: ‸'), has: ['fail'] },
  {
    name: 'matrix and when on any step',
    text: step('kind: prune', '‸'),
    has: ['matrix', 'when'],
    describes: { matrix: /One instance for each/, when: /skipped where this is false/ },
  },
  {
    name: 'keys of a matrix',
    text: step('kind: prune', 'matrix:', '  ‸'),
    has: ['include', 'exclude'],
    lacks: ['model'],
  },
  {
    name: 'one verdict an instance',
    text: gate('g:', '  ‸'),
    has: ['each'],
    describes: { each: /one verdict/ },
  },
  { name: 'types of inputs', text: 'trimtab: 1\ninputs:\n  d: ‸\nsteps: {}\n', has: ['model', 'dataset'] },
  {
    name: 'the long form of an input',
    text: 'trimtab: 1\ninputs:\n  d:\n    ‸\nsteps: {}\n',
    has: ['type', 'optional', 'description'],
  },
  { name: 'a step over one of the base', text: extending('a:', '  ‸'), has: ['kind', 'description', 'when'] },
  {
    name: 'a step of its own over a base',
    text: extending('a:', '  kind: prune', '  ‸'),
    has: ['model', 'sparsity', 'method'],
    lacks: ['kind', 'epochs'],
  },
  {
    name: 'a gate over one of the base',
    text: `${extending('a: null')}gates:\n  g:\n    ‸\n`,
    has: ['check', 'severity'],
  },
  {
    name: 'a pipeline',
    text: step('kind: pipeline', '‸'),
    has: ['uses', 'inputs', 'params', 'needs', 'when', 'matrix'],
    lacks: ['model', 'data'],
    describes: { uses: /trimtab:NAME/ },
  },
  { name: 'plug-ins', text: 'trimtab: 1\n‸\nsteps: {}\n', has: ['plugins', 'extends', 'inputs', 'outputs'] },
]
