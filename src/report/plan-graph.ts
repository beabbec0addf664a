import { formatBytes } from './figures.js'
import { figure, type PlanRow } from './plan.js'

/** A plan as a graph that a drawing language can say: every name safe, everything of one step together. */
export interface PlanGraph {
  /** One for each declared step, in the order of the plan. */
  readonly groups: readonly {
    readonly id: string
    readonly step: string
    /** Drawn as a box only where there are several. */
    readonly nodes: readonly GraphNode[]
  }[]
  readonly edges: readonly {
    readonly from: string
    readonly to: string
    readonly what: EdgeKind
  }[]
}

/** `needs`: order, no data. `reads`: metrics that a condition is about. */
export type EdgeKind = 'data' | 'needs' | 'reads'

export interface GraphNode {
  readonly id: string
  readonly status: PlanRow['status']
  /** Lines of its label. */
  readonly label: readonly string[]
}

/** Control characters would end a label or a line; their pictures do not. */
const visible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, mark => {
    const code = mark.codePointAt(0)!
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '\u2424'
  })

/** Words for ids that no drawing language reads as one of its own: letters, digits and `_` behind a prefix. */
const idMaker = (): ((prefix: string, name: string) => string) => {
  const taken = new Set<string>()
  const next = new Map<string, number>()
  return (prefix, name) => {
    const word = `${prefix}_${name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '')}`
    let id = word
    for (let count = next.get(word) ?? 2; taken.has(id); count++) {
      id = `${word}_${count}`
      next.set(word, count + 1)
    }
    taken.add(id)
    return id
  }
}

/** What Mermaid and DOT have in common. An edge to what is not in the plan (a faulty step) is left out. */
export const planGraph = (rows: readonly PlanRow[]): PlanGraph => {
  const makeId = idMaker()
  const ids = new Map(rows.map(row => [row.instance, makeId('s', row.instance)]))
  const groups = new Map<string, GraphNode[]>()
  for (const row of rows) {
    const bytes = figure(row.bytes, formatBytes)
    const nodes = groups.get(row.step) ?? []
    groups.set(row.step, nodes)
    nodes.push({
      id: ids.get(row.instance)!,
      status: row.status,
      label: [visible(row.instance), `${visible(row.kind)}${bytes === '' ? '' : ` · ${bytes}`}`],
    })
  }
  const edges = rows.flatMap(row => {
    const to = ids.get(row.instance)!
    const edge = (what: EdgeKind) => (name: string) => {
      const from = ids.get(name)
      return from === undefined ? [] : [{ from, to, what }]
    }
    const needs = row.needs.filter(name => !row.from.includes(name))
    const reads = row.reads.filter(name => !row.from.includes(name) && !needs.includes(name))
    return [
      ...row.from.flatMap(edge('data')),
      ...needs.flatMap(edge('needs')),
      ...reads.flatMap(edge('reads')),
    ]
  })
  return {
    groups: [...groups].map(([step, nodes]) => ({ id: makeId('step', step), step: visible(step), nodes })),
    edges,
  }
}
