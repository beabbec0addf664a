import { momentText } from '../core/checkpoint.js'
import type { Figure } from '../network/description.js'
import { explainPlan } from '../plan/explain.js'
import type { Instance, Plan } from '../plan/plan.js'
import { gathered } from '../report/gathered.js'
import type { PlannedFigure, PlanRow } from '../report/plan.js'
import type { Store } from '../store/store.js'

const figure = (value: Figure): PlannedFigure => ('exact' in value ? value.exact : value)

/** Of a step that may be skipped or that chooses: why, or what it waits for; of one that was cut short: where it goes on. */
const noteOf = ({ status, after, choice }: Instance): string | undefined => {
  if (status.type === 'skipped') return status.why
  if (status.type === 'miss' && status.resumes) return `will resume from ${momentText(status.resumes)}`
  if (status.type === 'hit') return choice && status.result.output.notes?.[0]
  const measurements = status.type === 'pending' ? status.waitsFor.filter(id => after.includes(id)) : []
  return measurements.length > 0 ? `waits for ${gathered(measurements)}` : undefined
}

const rowOf = (instance: Instance): PlanRow => {
  const described = Object.values(instance.outputs)[0]
  const note = noteOf(instance)
  const base: PlanRow = {
    instance: instance.id,
    step: instance.step,
    kind: instance.kind,
    ...(instance.spec.computes ? { engine: instance.engine.name } : {}),
    status: instance.status.type,
    why:
      instance.status.type === 'hit'
        ? 'made before with the same key'
        : instance.status.type !== 'pending'
          ? instance.status.why
          : `waits for ${gathered(instance.status.waitsFor)}`,
    ...(note === undefined ? {} : { note }),
    ...(instance.status.type === 'miss' && instance.status.resumes
      ? { resumes: instance.status.resumes }
      : {}),
    ...('key' in instance.status ? { key: instance.status.key } : {}),
    from: [...new Set(Object.values(instance.inputs).flatMap(edges => edges.map(edge => edge.instance)))],
    needs: instance.needs,
    reads: instance.after,
    ...(instance.memory === undefined ? {} : { memory: figure(instance.memory) }),
    ...(instance.about === undefined ? {} : { about: instance.about }),
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

/** Up to so many results it costs nothing that a person would notice to say of each step why it runs. */
const few = 2000

/** A plan as rows for a table or for JSON. */
export const planRows = (plan: Plan): PlanRow[] => plan.instances.map(instance => rowOf(instance))

/**
 * The same with what differs from the results that are stored. `always`: also where there are so many that it takes
 * its time; otherwise only the sentence is told, and only where they are few.
 */
export const explainedRows = (plan: Plan, store: Store, always: boolean): PlanRow[] => {
  if (!always && store.results.count() > few) return planRows(plan)
  const explained = explainPlan(plan, store)
  return plan.instances.map(instance => {
    const { why, lead, candidate, differences } = explained.get(instance.id)!
    const row = { ...rowOf(instance), why }
    return always ? { ...row, lead, ...(candidate ? { candidate } : {}), differences } : row
  })
}
