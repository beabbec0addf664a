import type { Figure } from '../network/description.js'
import type { Instance, Plan } from '../plan/plan.js'
import type { PlannedFigure, PlanRow } from '../report/plan.js'

const figure = (value: Figure): PlannedFigure => ('exact' in value ? value.exact : value)

const rowOf = (instance: Instance): PlanRow => {
  const described = Object.values(instance.outputs)[0]
  const base: PlanRow = {
    instance: instance.id,
    kind: instance.kind,
    status: instance.status.type,
    why:
      instance.status.type === 'hit'
        ? 'made before with the same key'
        : instance.status.type !== 'pending'
          ? instance.status.why
          : `waits for ${instance.status.waitsFor.join(', ')}`,
    ...('key' in instance.status ? { key: instance.status.key } : {}),
    from: [...new Set(Object.values(instance.inputs).flatMap(edges => edges.map(edge => edge.instance)))],
  }
  if (described?.type === 'model') {
    return {
      ...base,
      shape: described.outputShape,
      parameters: figure(described.parameters),
      macs: figure(described.macs),
      bytes: figure(described.bytes),
    }
  }
  return described?.type === 'dataset'
    ? { ...base, shape: described.shape, examples: described.examples }
    : base
}

/** A plan as rows for a table or for JSON. */
export const planRows = (plan: Plan): PlanRow[] => plan.instances.map(rowOf)
