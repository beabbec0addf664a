import type { MeasuredNames } from '../../language/editor/complete-expressions.js'
import type { NamedLayer } from '../../language/editor/complete-layers.js'
import type { Node } from '../../language/node.js'
import { entriesOf, type Outline } from '../../language/editor/outline.js'
import type { Figure } from '../../network/description.js'
import { expand } from '../../plan/expand.js'
import { catalogue } from '../../plan/measured.js'
import type { Plan } from '../../plan/plan.js'
import type { Description } from '../../steps/define-step.js'

const measured = new WeakMap<Plan, MeasuredNames>()

/** What gates can say of each step of a plan. */
export const measuredIn = (plan: Plan | undefined): MeasuredNames => {
  if (!plan) return { steps: new Map() }
  const known = measured.get(plan)
  if (known) return known
  const deaf = { add: () => {}, fault: () => {}, all: () => [] }
  const found = catalogue(plan.recipe, expand(plan.recipe, deaf))
  measured.set(plan, found)
  return found
}

const outputsOf = (plan: Plan, step: string): Description[] =>
  plan.instances.filter(instance => instance.step === step).flatMap(({ outputs }) => Object.values(outputs))

const layersOf = (plan: Plan, step: string): readonly NamedLayer[] => {
  for (const output of outputsOf(plan, step))
    if (output.type === 'model' && output.network) return output.network.layers
  return []
}

const namesIn = (node: Node | undefined): string[] =>
  node?.kind === 'scalar'
    ? [/^[A-Za-z]\w*/.exec(String(node.value))?.[0] ?? '']
    : node?.kind === 'list'
      ? node.items.flatMap(namesIn)
      : []

/** Layers that the rules of a step are about: those of the model that it takes, else those of the model that it makes. */
export const layersFor = (plan: Plan | undefined, { steps }: Outline, id: string): readonly NamedLayer[] => {
  if (!plan) return []
  for (const name of namesIn(entriesOf(steps.get(id)?.value).get('model')?.value)) {
    const layers = layersOf(plan, name)
    if (layers.length > 0) return layers
  }
  return layersOf(plan, id)
}

const count = (value: number): string => Math.round(value).toLocaleString('en-GB')
const figure = (value: Figure): string =>
  'exact' in value ? count(value.exact) : `${count(value.low)} to ${count(value.high)}`

/** What is known before it runs of what a step makes, in a few lines. */
export const factsOf = (plan: Plan | undefined, step: string): string[] =>
  (plan ? outputsOf(plan, step) : []).flatMap(output => {
    if (output.type === 'model')
      return [
        `model, ${output.inputShape.join('×')} → ${output.outputShape.join('×')}`,
        `${figure(output.parameters)} parameters, ${figure(output.macs)} MACs, ${figure(output.bytes)} bytes`,
      ]
    if (output.type === 'dataset') {
      const splits = Object.entries(output.examples).map(([name, size]) => `${name} ${count(size)}`)
      return [`dataset, ${output.shape.join('×')}: ${splits.join(', ')}`]
    }
    return []
  })
