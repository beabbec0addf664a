import type { InstanceId } from '../core/brand.js'
import { problem } from '../core/problem.js'
import type { ElementName, Name } from '../expression/expression.js'
import { conditionsOf, type Conditioned } from './conditions.js'
import type { Problems } from './placed.js'
import type { Outputs } from './predict.js'

/** Does an instance measure on a validation split? Undefined where that is not known. */
const hasValidation = (
  { inputs, spec }: Conditioned,
  outputs: ReadonlyMap<InstanceId, Outputs>,
): boolean | undefined => {
  const ports = Object.entries(spec.consumes).filter(([, { type }]) => type === 'dataset')
  for (const { instance, output } of ports.flatMap(([port]) => inputs[port] ?? [])) {
    const description = outputs.get(instance)?.[output]
    if (description?.type === 'dataset') return (description.examples.validation ?? 0) > 0
  }
  return undefined
}

/** A metric of a list's members, as a name. */
const inList = ({ of, path, start, end }: ElementName): Name => ({ path: [...of, ...path], start, end })

/**
 * Warns where a choice is made by the test split: what is chosen by it is judged by data that it has seen. `when` and
 * `select` read the validation split; where there is none they read test.
 */
export const checkRoles = (
  drafts: readonly Conditioned[],
  outputs: ReadonlyMap<InstanceId, Outputs>,
  problems: Problems,
): void => {
  const byId = new Map(drafts.map(draft => [draft.id, draft]))
  for (const draft of drafts)
    for (const [key, { expression, bind }] of conditionsOf(draft)) {
      const says = (message: string, start: number, end: number, hint: string): void =>
        problems.add(
          problem('selects-on-test', message, {
            severity: 'warning',
            at: draft.step.locate([key], { start, end }),
            hint,
          }),
        )
      const tested = [...expression.names, ...expression.elements.map(inList)].find(({ path }) =>
        path.slice(1).includes('test'),
      )
      if (tested) {
        says(
          'this chooses by the test split, which gates judge by',
          tested.start,
          tested.end,
          'Leave `test` out: a metric without a split is that of the validation split here.',
        )
        continue
      }
      const first = expression.names.find(({ path }) => bind(path[0] ?? '') ?? path[0] === 'it')
      const blind = draft.after.some(id => {
        const measuring = byId.get(id)
        return measuring?.about !== undefined && hasValidation(measuring, outputs) === false
      })
      if (first && blind)
        says(
          'there is no validation split, so this chooses by the test split, which gates judge by',
          first.start,
          first.end,
          'Give the dataset one: `split: {train: 0.9, validation: 0.1}`.',
        )
    }
}
