import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { paintFor } from '../../src/report/paint.js'
import type { PlanRow } from '../../src/report/plan.js'
import { planDot } from '../../src/report/plan-dot.js'
import { planMermaid } from '../../src/report/plan-mermaid.js'
import { planTreeLines } from '../../src/report/plan-tree.js'
import { assert, suite } from '../suite.js'

const test = suite('views of a plan')

const engine = { name: 'wasm', version: '1' } as const
const plain = paintFor({ isTTY: false })

const row = (instance: string, from: readonly string[] = [], more: Partial<PlanRow> = {}): PlanRow => ({
  instance,
  step: /^[^[]*/.exec(instance)![0],
  kind: 'train',
  status: 'miss',
  why: '',
  from,
  needs: [],
  reads: [],
  ...more,
})

const odd = [
  'pruned[norm=l1,sparsity=0.5]',
  'small/pruned',
  'scores[tuned[sparsity=0.5]]',
  'end',
  'o',
  'graph',
  'a[b=c]',
  'a_b_c',
  'say[word="end"; subgraph %% <b>`x`</b> #quot; \\N \\',
  'line[text=one\ntwo\u2028three\u0000]',
  'größe[wort=日本語]',
]

/** A graph in which each row may take anything before it. */
const graphs = fc
  .array(
    fc.record({
      name: fc.oneof(fc.constantFrom(...odd), fc.string({ minLength: 1, unit: 'binary' })),
      from: fc.array(fc.nat(), { maxLength: 4 }),
      needs: fc.array(fc.nat(), { maxLength: 2 }),
      reads: fc.array(fc.nat(), { maxLength: 2 }),
      status: fc.constantFrom<PlanRow['status'][]>('hit', 'miss', 'pending', 'skipped'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(drafts => {
    const names = drafts.map(({ name }, at) =>
      drafts.slice(0, at).some(each => each.name === name) ? `${name}${at}` : name,
    )
    const earlier = (at: number, picks: readonly number[]): string[] =>
      at === 0 ? [] : [...new Set(picks.map(pick => names[pick % at]!))]
    return drafts.map(({ from, needs, reads, status }, at) =>
      row(names[at]!, earlier(at, from), { needs: earlier(at, needs), reads: earlier(at, reads), status }),
    )
  })

const tree = (rows: readonly PlanRow[]): string => planTreeLines(rows, engine, plain).slice(0, -2).join('\n')

test('a tree draws each instance once, below what it waits for last, and names its other inputs', () => {
  const rows = [
    row('digits', [], { kind: 'dataset', status: 'hit' }),
    row('base', ['digits'], { status: 'hit', bytes: 488000 }),
    row('pruned', ['base'], { kind: 'prune', bytes: { low: 1000, high: 2000 } }),
    row('tuned', ['pruned', 'digits'], { kind: 'finetune', status: 'pending' }),
    row('scores[base]', ['base', 'digits'], { kind: 'evaluate', about: 'base' }),
    row('scores[tuned]', ['tuned', 'digits', 'base'], {
      kind: 'evaluate',
      status: 'pending',
      about: 'tuned',
    }),
    row('best', ['base', 'pruned', 'tuned', 'scores[base]', 'scores[tuned]'], {
      kind: 'select',
      status: 'pending',
    }),
    row('report', [], { kind: 'gather', needs: ['base'] }),
    row('qat', ['base'], { kind: 'finetune', status: 'skipped', reads: ['scores[base]', 'base'] }),
  ]
  assert.is(
    tree(rows),
    `step                       kind      plan               bytes
digits                     dataset   reuse
└─ base                    train     reuse             488 kB
   ├─ pruned               prune     run    1.00 kB – 2.00 kB
   │  └─ tuned             finetune  wait                      with digits
   │     └─ scores[tuned]  evaluate  wait                      with digits, base
   │        └─ best        select    wait                      with base, pruned, tuned, scores[base]
   ├─ scores[base]         evaluate  run                       with digits
   ├─ report               gather    run                       after base
   └─ qat                  finetune  skip                      reads scores[base]`,
  )
})

test('a tree has a line an instance, whatever the graph, and a chain of thousands is no trouble', () => {
  fc.assert(
    fc.property(graphs, rows => {
      const lines = planTreeLines(rows, engine, plain)
      assert.is(lines.length, rows.length + 3)
    }),
  )
  const chain = Array.from({ length: 5000 }, (_, at) => row(`s${at}`, at === 0 ? [] : [`s${at - 1}`]))
  assert.is(planTreeLines(chain, engine, plain).length, 5003)
})

/** Every line that we may write, and nothing else; what is quoted holds nothing that Mermaid reads. */
const mermaidLine =
  /^(flowchart LR| {2}(end|classDef \w+ [^;]+)| {2}subgraph step_\w+\["[^"<>`\\*_~;%]*"\]| {2}s_\w* (-->|-\.->(\|reads\|)?) s_\w*| {2,4}s_\w*\["[^"<>`\\*_~;%]*(<br\/>[^"<>`\\*_~;%]*)?"\]:::(hit|miss|pending|skipped))$/

test('Mermaid: ids are words whatever the names, labels hold no markup, needs are dashed', () => {
  const lines = planMermaid([
    row('pruned[norm=l1,sparsity=0.5]', [], { status: 'hit', bytes: 1000 }),
    row('pruned[norm=l2,sparsity=0.5]', []),
    row('end', ['pruned[norm=l1,sparsity=0.5]', 'of-a-faulty-step'], {
      needs: ['pruned[norm=l2,sparsity=0.5]', 'pruned[norm=l1,sparsity=0.5]'],
      status: 'pending',
    }),
  ])
  assert.equal(lines.slice(0, 8), [
    'flowchart LR',
    '  subgraph step_pruned["pruned"]',
    '    s_pruned_norm_l1_sparsity_0_5["pruned[norm=l1,sparsity=0.5]<br/>train · 1.00 kB"]:::hit',
    '    s_pruned_norm_l2_sparsity_0_5["pruned[norm=l2,sparsity=0.5]<br/>train"]:::miss',
    '  end',
    '  s_end["end<br/>train"]:::pending',
    '  s_pruned_norm_l1_sparsity_0_5 --> s_end',
    '  s_pruned_norm_l2_sparsity_0_5 -.-> s_end',
  ])
  fc.assert(
    fc.property(graphs, rows => {
      for (const line of planMermaid(rows)) {
        // An entity ends with the one semicolon that may stand in a label.
        const bare = line.replace(/#\d+;/g, '')
        if (!/^ {2}classDef/.test(line)) assert.match(bare, mermaidLine)
      }
      const declared = planMermaid(rows).flatMap(line => /^ {2,4}(s_\w*)\[/.exec(line)?.[1] ?? [])
      assert.is(new Set(declared).size, rows.length)
    }),
  )
})

const dot = spawnSync('dot', ['-V'])

test('DOT: Graphviz reads every graph, with its nodes, edges and labels', () => {
  const rows = odd.map((name, at) =>
    row(name, odd.slice(Math.max(0, at - 2), at), { needs: odd.slice(0, 1) }),
  )
  assert.match(planDot(rows).join('\n'), /s_small_pruned \[label="small\/pruned\\ntrain"/)
  if (dot.error) {
    console.log('  skipped the part with Graphviz: there is no `dot` here')
    return
  }
  const check = (rows: readonly PlanRow[]): void => {
    const read = spawnSync('dot', ['-Tjson'], { input: planDot(rows).join('\n'), encoding: 'utf8' })
    assert.is(read.stderr, '')
    const { objects, edges = [] } = JSON.parse(read.stdout) as {
      objects: { name: string; nodes?: number[] }[]
      edges?: { style?: string; label?: string }[]
    }
    const nodes = objects.filter(({ nodes }) => nodes === undefined)
    assert.is(nodes.length, rows.length)
    const waits = rows.flatMap(({ from, needs, reads }) =>
      [...new Set([...needs, ...reads])].filter(name => !from.includes(name)),
    )
    assert.is(
      edges.length,
      rows.reduce((sum, { from }) => sum + from.length, waits.length),
    )
    assert.is(edges.filter(({ style }) => style === 'dashed').length, waits.length)
    const reads = rows.flatMap(({ from, needs, reads }) =>
      reads.filter(name => !from.includes(name) && !needs.includes(name)),
    )
    assert.is(edges.filter(({ label }) => label === 'reads').length, reads.length)
  }
  check(rows)
  fc.assert(fc.property(graphs, check), { numRuns: 30 })
})

test('DOT: a label shows a name as it is', () => {
  if (dot.error) return
  const name = 'a[b="x" \\N & <c>]'
  const drawn = spawnSync('dot', ['-Tsvg'], {
    input: planDot([row(name)]).join('\n'),
    encoding: 'utf8',
  }).stdout
  const unescaped = drawn
    .replaceAll('&quot;', '"')
    .replaceAll('&#45;', '-')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  assert.ok(unescaped.includes(`>${name}</text>`), drawn)
})
