import { planGraph, type GraphNode } from './plan-graph.js'
import type { PlanRow } from './plan.js'

/** A label: Graphviz reads backslashes and, as in HTML, ampersands. */
const quoted = (lines: readonly string[]): string =>
  `"${lines.map(line => line.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`

const looks: Readonly<Record<PlanRow['status'], string>> = {
  hit: 'fillcolor="#dcfce7", color="#15803d"',
  miss: 'fillcolor="#fef3c7", color="#b45309"',
  skipped: 'fillcolor="#ffffff", color="#d1d5db", fontcolor="#9ca3af", style="filled,rounded,dotted"',
  pending: 'fillcolor="#f3f4f6", color="#6b7280", style="filled,rounded,dashed"',
}

const arrows = { data: '', needs: ' [style=dashed]', reads: ' [style=dashed, label="reads"]' } as const

const nodeLine = ({ id, label, status }: GraphNode): string =>
  `${id} [label=${quoted(label)}, ${looks[status]}];`

/** A plan as a Graphviz digraph (`| dot -Tsvg`): reuse green, run amber, wait grey; what only waits or reads metrics dashed. */
export const planDot = (rows: readonly PlanRow[]): string[] => {
  const { groups, edges } = planGraph(rows)
  return [
    'digraph plan {',
    '  rankdir=LR;',
    '  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=9, color="#6b7280"];',
    '  graph [fontname="Helvetica", fontsize=11, color="#9ca3af"];',
    ...groups.flatMap(({ id, step, nodes }) =>
      nodes.length === 1
        ? nodes.map(node => `  ${nodeLine(node)}`)
        : [
            `  subgraph cluster_${id} {`,
            `    label=${quoted([step])};`,
            ...nodes.map(node => `    ${nodeLine(node)}`),
            '  }',
          ],
    ),
    ...edges.map(({ from, to, what }) => `  ${from} -> ${to}${arrows[what]};`),
    '}',
  ]
}
