import { mostOfModel } from '../../sources/limits.js'

/** A layer of a Keras model as its file has it. */
export interface KerasLayer {
  readonly name: string
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  /** Names of the layers whose outputs it takes; undefined is the model's own input. */
  readonly from: readonly (string | undefined)[]
}

/** A Keras model as a list of layers, inputs before what takes them, the output last. */
export interface KerasGraph {
  readonly layers: readonly KerasLayer[]
  /** With the batch, as the file has it. Absent where the file says none. */
  readonly inputShape?: unknown
  /** What is wrong, in sentences; the rest then means nothing. */
  readonly wrong: readonly string[]
}

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A name as a sentence quotes it. */
const quoted = (name: string): string => (name.length > 60 ? `${name.slice(0, 57)}…` : name)

const wrong = (...sentences: string[]): KerasGraph => ({ layers: [], wrong: sentences })

interface Raw {
  readonly name: string
  readonly className: string
  readonly config: Json
  readonly inbound: unknown
}

const rawOf = (value: unknown): Raw | undefined => {
  if (!isRecord(value) || typeof value['class_name'] !== 'string' || !isRecord(value['config']))
    return undefined
  const { config } = value
  const name = value['name'] ?? config['name']
  if (typeof name !== 'string') return undefined
  return { name, className: value['class_name'], config, inbound: value['inbound_nodes'] }
}

/** Names of the layers in one inbound node: `[[name, node, tensor, {}], …]` (Keras 2, tfjs) or `{args}` with `keras_history` (Keras 3). */
const inputsOf = (node: unknown): string[] => {
  if (Array.isArray(node))
    return typeof node[0] === 'string' && typeof node[1] === 'number' ? [node[0]] : node.flatMap(inputsOf)
  if (!isRecord(node)) return []
  const history = node['keras_history']
  if (Array.isArray(history)) return [String(history[0])]
  return Object.entries(node).flatMap(([key, value]) => (key === 'kwargs' ? [] : inputsOf(value)))
}

const shapeOf = ({ config }: Raw): unknown => config['batch_input_shape'] ?? config['batch_shape']

const sequential = (raws: readonly Raw[]): KerasGraph => {
  const [first] = raws
  if (!first) return wrong('it has no layers')
  const inputShape = shapeOf(first)
  const rest = first.className === 'InputLayer' ? raws.slice(1) : raws
  const layers = rest.map(({ name, className, config }, at) => ({
    name,
    className,
    config,
    from: [rest[at - 1]?.name],
  }))
  return { layers, inputShape, wrong: [] }
}

const functional = (raws: readonly Raw[], config: Json): KerasGraph => {
  const outputs = [...new Set(inputsOf(config['output_layers']))]
  const inputs = raws.filter(({ className }) => className === 'InputLayer')
  if (inputs.length !== 1) return wrong(`it has ${inputs.length} inputs, and one is needed`)
  if (outputs.length !== 1) return wrong(`it has ${outputs.length} outputs, and one is needed`)
  const byName = new Map(raws.map(raw => [raw.name, raw]))
  const layers: KerasLayer[] = []
  const faults: string[] = []
  const input = inputs[0]!
  const seen = new Set<string>([input.name])
  /** What a layer takes; undefined where it is not there, which is told. */
  const open = (name: string): { readonly raw: Raw; readonly from: readonly string[] } | undefined => {
    seen.add(name)
    const raw = byName.get(name)
    if (!raw) {
      faults.push(`it takes an input from "${quoted(name)}", which is not there`)
      return undefined
    }
    const nodes = Array.isArray(raw.inbound) ? raw.inbound : []
    if (nodes.length !== 1)
      faults.push(
        `layer "${quoted(name)}" is used ${nodes.length} times; a layer that is shared is not supported`,
      )
    return { raw, from: inputsOf(nodes[0]) }
  }
  // Inputs before what takes them, by a stack of its own: a chain of layers may be longer than the machine's.
  const waiting: { readonly raw: Raw; readonly from: readonly string[]; next: number }[] = []
  const enter = (name: string): void => {
    const opened = seen.has(name) ? undefined : open(name)
    if (opened) waiting.push({ ...opened, next: 0 })
  }
  enter(outputs[0]!)
  for (let top = waiting.at(-1); top; top = waiting.at(-1)) {
    const before = top.from[top.next++]
    if (before !== undefined) {
      enter(before)
      continue
    }
    waiting.pop()
    const { name, className, config: settings } = top.raw
    const from = top.from.map(each => (each === input.name ? undefined : each))
    layers.push({ name, className, config: settings, from })
  }
  if (faults.length > 0) return wrong(...faults)
  return { layers, inputShape: shapeOf(input), wrong: [] }
}

/** Reads the layers of a Sequential or functional model from `modelTopology`, whether Keras or tfjs wrote it. */
export const readKerasGraph = (topology: unknown): KerasGraph => {
  const model = isRecord(topology) && isRecord(topology['model_config']) ? topology['model_config'] : topology
  if (!isRecord(model)) return wrong('its topology is malformed')
  const { class_name: className, config } = model
  const listed = Array.isArray(config) ? config : isRecord(config) ? config['layers'] : undefined
  if (!Array.isArray(listed)) return wrong('its topology has no list of layers')
  const raws = listed.map(rawOf)
  const whole = raws.filter(raw => raw !== undefined)
  if (whole.length > mostOfModel.layers)
    return wrong(`it has ${whole.length} layers; at most ${mostOfModel.layers} are read`)
  const long = whole.find(({ name }) => name.length > mostOfModel.name)
  if (long) return wrong(`one of its layers has a name of ${long.name.length} characters`)
  if (whole.length < raws.length) return wrong(`${raws.length - whole.length} of its layers are malformed`)
  const names = new Set(whole.map(({ name }) => name))
  if (names.size < whole.length) return wrong('two of its layers have one name')
  if (className === 'Sequential') return sequential(whole)
  if (className === 'Functional' || className === 'Model') return functional(whole, config as Json)
  const said = typeof className === 'string' ? `a "${quoted(className)}"` : 'of no class'
  return wrong(`it is ${said}, neither Sequential nor functional`)
}
