import type { Binding, Numbers } from './binding.js'
import type { Node } from './node.js'
import { encodeNode } from './node.js'
import type { Wanted } from './emit.js'
import { Program } from './program.js'
import type { Recording } from './recorder.js'

/** A recording, and what of it is wanted. */
export interface Take {
  readonly recording: Recording
  readonly wanted: Wanted
}

const programOf = (binding: Binding, { recording, wanted }: Take): Program => {
  const program = new Program(binding)
  program.add('take', recording, wanted)
  return program
}

const sameConstants = (a: Program, b: Program): boolean =>
  [...a.captured].every(([key, { values }]) => {
    const other = b.captured.get(key)!.values
    return values === other || Buffer.compare(bytesOf(values), bytesOf(other)) === 0
  })

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const same = (a: Node, b: Node): boolean => Buffer.compare(encodeNode(a), encodeNode(b)) === 0

const computed = 'JavaScript computes a number that is another one in another step'

/** What is different in a node, for people. */
const difference = (a: Node, b: Node): string => {
  if (a.op !== b.op) return `${a.op} stands where another step has ${b.op}`
  if (a.op === 'Const') return computed
  return `${a.op} is not the same in two steps`
}

/**
 * Why two recordings of one piece of work, on other numbers, are not one graph; undefined where they are. What differs
 * between them would be frozen in a graph.
 */
export const frozen = (binding: Binding, a: Take, b: Take): string | undefined => {
  const impure = a.recording.impure ?? b.recording.impure
  if (impure !== undefined) return impure
  const programs = [programOf(binding, a), programOf(binding, b)] as const
  const [first, second] = [programs[0].nodes, programs[1].nodes]
  const at = first.findIndex((node, at) => second[at] === undefined || !same(node, second[at]))
  if (at >= 0)
    return second[at] === undefined
      ? 'two steps run different operations'
      : difference(first[at]!, second[at])
  if (first.length !== second.length) return 'two steps run different operations'
  return sameConstants(...programs) ? undefined : computed
}
