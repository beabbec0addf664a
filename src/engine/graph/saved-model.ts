import type { Node } from './node.js'
import { encodeNode } from './node.js'
import { Message } from './protobuf.js'

/** The tag under which the graph is loaded. */
export const savedModelTag = 'serve'

/** Version of the graph's format that its operations need at least and were written for: TensorFlow 2.12, the oldest that we take. */
const producer = 1395
const oldestConsumer = 12

/**
 * The bytes of `saved_model.pb`: a graph and nothing else. It has no signatures, since the addon runs operations by
 * their names, and no `variables` folder, since variables are set by running the graph.
 * (SavedModel: version 1, metagraph 2. MetaGraphDef: meta info 1, graph 2. MetaInfoDef: tags 4. GraphDef: node 1, versions 4.)
 */
export const encodeSavedModel = (nodes: readonly Node[]): Uint8Array => {
  const graph = new Message()
  for (const node of nodes) graph.bytes(1, encodeNode(node))
  graph.bytes(4, new Message().int(1, producer).int(2, oldestConsumer))
  const meta = new Message().bytes(4, savedModelTag)
  return new Message().int(1, 1).bytes(2, new Message().bytes(1, meta).bytes(2, graph)).encode()
}
