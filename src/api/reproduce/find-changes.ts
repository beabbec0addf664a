import type { InstanceId } from '../../core/brand.js'
import type { Change } from '../../judge/reproduction.js'
import { differencesOf, namesOf, type Difference } from '../../plan/differences.js'
import { recordedIdentity } from '../../plan/key.js'
import type { Instance } from '../../plan/plan.js'
import type { InstanceRecord } from '../../store/run-record.js'

const kindOfChange = (what: Difference['what']): Change['what'] =>
  what === 'plug-in' || what === 'revision' || what === 'config' ? what : what === 'file' ? 'data' : 'other'

/** Differences in these are of the place, not of what was asked; those of data are told by their files. */
const elsewhere = new Set<Difference['what']>(['engine', 'machine', 'input'])

const sentence = ({ what, text, was, is }: Difference, kind: string): string =>
  what === 'revision'
    ? `the kind ${kind} had revision ${String(was)}, and has ${String(is)} in this version of Trimtab`
    : what === 'plug-in'
      ? `${text} (kind ${kind})`
      : text

/** What steps are made from and that is not what their record says, the same of several steps once. */
export const findChanges = (
  recorded: readonly InstanceRecord[],
  planned: readonly Instance[],
  touched: ReadonlySet<InstanceId>,
): readonly Change[] => {
  const now = new Map(planned.map(instance => [instance.id, instance]))
  const found = new Map<string, Change & { readonly steps: InstanceId[] }>()
  const add = (change: Change, step: InstanceId): void => {
    const known = found.get(change.text)
    if (known) known.steps.push(step)
    else found.set(change.text, { ...change, steps: [step] })
  }
  for (const record of recorded) {
    const instance = now.get(record.instance)
    if (!instance) {
      add(
        { what: 'recipe', text: 'the recipe, read by this version of Trimtab, has other steps' },
        record.instance,
      )
      continue
    }
    for (const each of differencesOf(recordedIdentity(record), instance.identity, namesOf(instance.files))) {
      if (elsewhere.has(each.what) || (each.what === 'file' && touched.has(record.instance))) continue
      const { was, is } = each
      add(
        {
          what: kindOfChange(each.what),
          text: sentence(each, record.kind),
          ...(was === undefined ? {} : { was }),
          ...(is === undefined ? {} : { is }),
        },
        record.instance,
      )
    }
  }
  return [...found.values()]
}
