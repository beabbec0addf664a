import { planGraph, type GraphNode } from './plan-graph.js'
import type { PlanRow } from './plan.js'

/** All that Mermaid could take for markup, as its entity codes. */
const quoted = (text: string): string =>
  `"${text.replace(/[#&"<>`\\*_~;%]/g, mark => `#${mark.codePointAt(0)};`)}"`

const classes = [
  'classDef hit fill:#dcfce7,stroke:#15803d,color:#14532d',
  'classDef miss fill:#fef3c7,stroke:#b45309,color:#78350f',
  'classDef skipped fill:#ffffff,stroke:#d1d5db,color:#9ca3af,stroke-dasharray:1 3',
  'classDef pending fill:#f3f4f6,stroke:#6b7280,color:#374151,stroke-dasharray:4 3',
]

const arrows = { data: '-->', needs: '-.->', reads: '-.->|reads|' } as const

const nodeLine = ({ id, label, status }: GraphNode): string => {
  const text = label.map(quoted).map(each => each.slice(1, -1))
  return `${id}["${text.join('<br/>')}"]:::${status}`
}

/** A plan as a Mermaid flowchart, for Markdown: reuse green, run amber, wait grey; what only waits or reads metrics dashed. */
export const planMermaid = (rows: readonly PlanRow[]): string[] => {
  const { groups, edges } = planGraph(rows)
  return [
    'flowchart LR',
    ...groups.flatMap(({ id, step, nodes }) =>
      nodes.length === 1
        ? nodes.map(node => `  ${nodeLine(node)}`)
        : [`  subgraph ${id}[${quoted(step)}]`, ...nodes.map(node => `    ${nodeLine(node)}`), '  end'],
    ),
    ...edges.map(({ from, to, what }) => `  ${from} ${arrows[what]} ${to}`),
    ...classes.map(line => `  ${line}`),
  ]
}
