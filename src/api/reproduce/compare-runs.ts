import type { InstanceId } from '../../core/brand.js'
import { differenceOf } from '../../core/promise.js'
import type { OutputDifference, StepComparison } from '../../judge/reproduction.js'
import { metricDifferences } from '../../judge/compare-steps.js'
import type { InstanceRecord } from '../../store/run-record.js'
import type { Store } from '../../store/store.js'
import { compareArtifacts } from './compare-artifacts.js'
import { isDone } from './check-record.js'

export interface ComparedRuns {
  /** In topological order. */
  readonly was: readonly InstanceRecord[]
  readonly is: readonly InstanceRecord[]
  /** Where the objects of each are. */
  readonly stores: { readonly was: Store; readonly is: Store }
  /** Why a step was not to be compared; undefined: it is. */
  readonly leftOut: (record: InstanceRecord) => string | undefined
  /** Relative difference that the engine of a step promises to keep; undefined: it promises the same bits. */
  readonly tolerance: (record: InstanceRecord) => number | undefined
}

const outputsOf = async (
  was: InstanceRecord,
  is: InstanceRecord,
  { stores }: ComparedRuns,
): Promise<readonly OutputDifference[]> => {
  const found: OutputDifference[] = []
  for (const [name, artifact] of Object.entries(was.output?.outputs ?? {})) {
    const other = is.output?.outputs[name]
    if (!other || other.digest === artifact.digest) continue
    found.push(
      await compareArtifacts(
        name,
        { artifact, open: digest => stores.was.objects.get(digest) },
        { artifact: other, open: digest => stores.is.objects.get(digest) },
      ),
    )
  }
  return found
}

/** Examples that are answered otherwise follow from answers that are a little off; nothing else may differ in words. */
const isOfAnswers = (text: string): boolean => text.startsWith('correct-')

/** How far two outputs are apart, relatively; undefined where that is no question of figures. */
const distanceOf = ({
  outputs,
  metrics,
}: Pick<StepComparison & { type: 'differs' }, 'outputs' | 'metrics'>): number | undefined => {
  if (outputs.some(each => each.unknown !== undefined || each.otherwise?.some(text => !isOfAnswers(text))))
    return undefined
  const figures = metrics.map(({ was, is }) =>
    was === undefined || is === undefined ? Infinity : differenceOf([was], [is]),
  )
  return Math.max(0, ...figures, ...outputs.flatMap(({ arrays = [] }) => arrays.map(each => each.relative)))
}

/** Compares what two runs of one recipe gave, step by step. */
export const compareRuns = async (compared: ComparedRuns): Promise<readonly StepComparison[]> => {
  const now = new Map(compared.is.map(each => [each.instance, each]))
  const differing = new Set<InstanceId>()
  const loosest = new Map<InstanceId, number>()
  const compare = async (was: InstanceRecord): Promise<StepComparison> => {
    const named = { instance: was.instance, kind: was.kind }
    const is = now.get(was.instance)
    const why = compared.leftOut(was) ?? (is ? undefined : 'not asked for')
    if (why !== undefined || !is) return { ...named, type: 'not-compared', why: why ?? '' }
    const inputs = [...new Set(Object.values(was.inputs).flat())]
    // What comes of figures that are a little off is a little off itself.
    const own = compared.tolerance(was)
    const figure = Math.max(own ?? 0, ...inputs.map(each => loosest.get(each) ?? 0))
    if (figure > 0) loosest.set(was.instance, figure)
    if (is.status === 'failed')
      return { ...named, type: 'failed', why: is.problems?.[0]?.message ?? '', problems: is.problems ?? [] }
    if (!isDone(is)) {
      const after = is.reason ?? 'skipped'
      return inputs.some(each => now.get(each)?.status === 'failed') || after === 'interrupted'
        ? { ...named, type: 'not-compared', why: after }
        : { ...named, type: 'failed', why: `it is left out now: ${after}`, problems: [] }
    }
    const outputs = await outputsOf(was, is, compared)
    const metrics = metricDifferences(was.output?.metrics, is.output?.metrics)
    if (outputs.length === 0 && metrics.length === 0) return { ...named, type: 'equal' }
    const greatest = figure > 0 ? distanceOf({ outputs, metrics }) : undefined
    if (greatest !== undefined && greatest <= figure) return { ...named, type: 'within', figure, greatest }
    differing.add(was.instance)
    const follows = inputs.filter(each => differing.has(each))
    return { ...named, type: 'differs', follows, outputs, metrics }
  }
  const steps: StepComparison[] = []
  for (const each of compared.was) steps.push(await compare(each))
  return steps
}
