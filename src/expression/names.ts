import type { ElementName, Name } from './expression.js'
import { bindingMethods } from './environment.js'
import { callOf, childrenOf, pathOf, type CelNode } from './tree.js'

/** A name with the node that spells it. `tested`: it stands in `has(…)`, where absence is an answer. */
export interface FoundName extends Name {
  readonly node: CelNode
  readonly tested: boolean
  /** A macro goes over it, so that it is a list: `scores.int8` in `scores.int8.all(i, …)`. */
  readonly listed: boolean
  /** Ends of its segments: where `accuracy` of `int8.accuracy` ends. */
  readonly ends: readonly number[]
}

const endsOf = (node: CelNode): number[] =>
  node.op === '.' ? [...endsOf((node.args as [CelNode])[0]), node.end] : [node.end]

/** Every name that a tree reads from outside, in the order of the text. Variables of macros are not among them. */
export const namesOf = (root: CelNode): FoundName[] => {
  const found: FoundName[] = []
  const visit = (node: CelNode, bound: readonly string[], listed: boolean): void => {
    const path = pathOf(node)
    if (path) {
      if (!bound.includes(path[0]!))
        found.push({
          path,
          start: node.start,
          end: node.end,
          ends: endsOf(node),
          node,
          tested: false,
          listed,
        })
      return
    }
    if (node.op === 'call') {
      const { name, args } = callOf(node)
      // What stands for `has` is the whole call.
      const only = name === 'has' && args.length === 1 ? args[0]! : undefined
      const inner = only && pathOf(only)
      if (only && inner && inner.length > 1) {
        if (!bound.includes(inner[0]!))
          found.push({
            path: inner,
            start: only.start,
            end: only.end,
            ends: endsOf(only),
            node,
            tested: true,
            listed: false,
          })
        return
      }
    }
    if (node.op === 'rcall') {
      const { name, receiver, args } = callOf(node)
      if (bindingMethods.has(name) && receiver && args.length > 1 && args[0]!.op === 'id') {
        visit(receiver, bound, true)
        const inside = [...bound, String(args[0]!.args)]
        for (const each of args.slice(1)) visit(each, inside, false)
        return
      }
    }
    for (const child of childrenOf(node)) visit(child, bound, false)
  }
  visit(root, [], false)
  return found.sort((a, b) => a.start - b.start)
}

/** The list that a chain of `filter`s begins with. */
const listOf = (node: CelNode): string[] | undefined => {
  const path = pathOf(node)
  if (path || node.op !== 'rcall') return path
  const { name, receiver } = callOf(node)
  return name === 'filter' && receiver ? listOf(receiver) : undefined
}

/** Every name that a macro reads of the members of a list, in the order of the text. */
export const elementsOf = (root: CelNode): ElementName[] => {
  const found: ElementName[] = []
  const visit = (node: CelNode, lists: ReadonlyMap<string, readonly string[]>): void => {
    const path = pathOf(node)
    if (path) {
      const [first = '', ...rest] = path
      const of = lists.get(first)
      if (of && rest.length > 0)
        found.push({ of, path: rest, start: node.start + first.length + 1, end: node.end })
      return
    }
    if (node.op === 'rcall') {
      const { name, receiver, args } = callOf(node)
      if (bindingMethods.has(name) && receiver && args.length > 1 && args[0]!.op === 'id') {
        visit(receiver, lists)
        const of = listOf(receiver)
        const inside = new Map(lists)
        inside.delete(String(args[0]!.args))
        if (of) inside.set(String(args[0]!.args), of)
        for (const each of args.slice(1)) visit(each, inside)
        return
      }
    }
    for (const child of childrenOf(node)) visit(child, lists)
  }
  visit(root, new Map())
  return found.sort((a, b) => a.start - b.start)
}
