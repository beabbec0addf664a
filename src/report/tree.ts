import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2'
import { momentText } from '../core/checkpoint.js'
import type { Event, PlannedInstance, Progress } from '../core/event.js'
import { formatSeconds } from '../core/units.js'
import { count, percent } from './figures.js'
import { padEnd, type Paint } from './paint.js'

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>

/** One line of the tree: a declared step, or the rest of them together when the terminal is short. */
interface Row {
  readonly label: string
  readonly instances: Map<string, 'waiting' | 'running' | 'reused' | 'finished' | 'failed' | 'skipped'>
  readonly progress: Map<string, Progress>
  seconds: number
  note: string
  /** Whom one of its instances waits for that another run makes. */
  waits: string
  /** Why the last of its instances that were skipped was. */
  skipped: string
  /** Its task has ended: a title set later would be drawn below the tree's last state. */
  over: boolean
  task?: Task
  settle?: () => void
  reject?: (reason: Error) => void
}

const progressText = (progress: Progress): string =>
  [
    progress.phase ??
      (progress.epoch !== undefined
        ? `epoch ${progress.epoch}${progress.epochs === undefined ? '' : `/${progress.epochs}`}`
        : ''),
    progress.done === undefined || progress.epoch !== undefined
      ? ''
      : percent(progress.done).replace(/\.\d+/, ''),
    progress.loss === undefined ? '' : `loss ${progress.loss.toFixed(4)}`,
    ...Object.entries(progress.metrics ?? {}).map(([name, value]) => `${name} ${value.toFixed(4)}`),
    progress.imagesPerSecond === undefined ? '' : `${count(progress.imagesPerSecond)} images/s`,
    progress.secondsLeft === undefined
      ? ''
      : `${formatSeconds(Math.max(1, Math.round(progress.secondsLeft)))} left`,
  ]
    .filter(text => text !== '')
    .join('  ')

const makerText = ({ pid, host }: { readonly pid?: number; readonly host?: string }): string =>
  pid === undefined ? '' : ` (PID ${pid} on ${host ?? 'another host'})`

const statesOf = (row: Row): string[] => [...row.instances.values()]

const titleOf = (row: Row, wide: number, paint: Paint): string => {
  const states = statesOf(row)
  const named = padEnd(row.label, wide)
  const counted = (state: string): number => states.filter(each => each === state).length
  const left = counted('waiting') + counted('running')
  if (left === 0) {
    const reused = counted('reused')
    const skipped = counted('skipped')
    const all = reused === states.length
    const none = skipped === states.length
    const counts = [
      `${states.length} instances`,
      reused > 0 && !all ? `${reused} reused` : '',
      skipped > 0 && !none ? `${skipped} skipped` : '',
    ].filter(part => part !== '')
    const parts = [
      all ? 'reused' : none || row.seconds === 0 ? '' : formatSeconds(row.seconds),
      states.length > 1 ? counts.join(', ') : '',
      none && row.skipped !== '' ? `skipped: ${row.skipped}` : '',
      row.note,
    ]
    return `${named}  ${paint.dim(parts.filter(part => part !== '').join(' · '))}`
  }
  const running = [...row.progress.entries()].filter(
    ([instance]) => row.instances.get(instance) === 'running',
  )
  const latest = running.at(-1)?.[1]
  const many = states.length > 1 ? `${states.length - left}/${states.length}  ` : ''
  return `${named}  ${many}${latest ? progressText(latest) : counted('running') > 0 ? 'starting' : paint.dim(row.waits || 'waiting')}`
}

/** Steps that each have a row, and the rest in one, so that the tree never outgrows the terminal. */
const makeRows = (instances: readonly PlannedInstance[], most: number): Row[] => {
  const bySteps = new Map<string, PlannedInstance[]>()
  for (const each of instances) bySteps.set(each.step, [...(bySteps.get(each.step) ?? []), each])
  const row = (label: string, members: readonly PlannedInstance[]): Row => ({
    label,
    instances: new Map(members.map(member => [member.instance, 'waiting'])),
    progress: new Map(),
    seconds: 0,
    note: '',
    waits: '',
    skipped: '',
    over: false,
  })
  const steps = [...bySteps.entries()]
  if (steps.length <= most) return steps.map(([step, members]) => row(step, members))
  const shown = steps.slice(0, most - 1)
  const rest = steps.slice(most - 1)
  return [
    ...shown.map(([step, members]) => row(step, members)),
    row(
      `${rest.length} more steps`,
      rest.flatMap(([, members]) => members),
    ),
  ]
}

export interface LiveTree {
  on(event: Event): void
  /** Ends the drawing and leaves its last state on the terminal. */
  done(): Promise<void>
}

/** A tree of running steps on a terminal, one row a declared step, redrawn at 10 Hz. */
export const liveTree = (paint: Paint, terminalRows: number): LiveTree => {
  let rows: Row[] = []
  let byInstance = new Map<string, Row>()
  let running: Promise<unknown> = Promise.resolve()
  let wide = 0

  const refresh = (row: Row): void => {
    if (row.over || !row.task) return
    row.task.title = titleOf(row, wide, paint)
    const states = statesOf(row)
    if (states.some(state => state === 'waiting' || state === 'running')) return
    row.over = true
    if (states.includes('failed')) row.reject?.(new Error(row.note || 'failed'))
    else {
      // A step that did not run has no tick.
      if (states.every(state => state === 'skipped')) row.task.skip()
      row.settle?.()
    }
  }
  const set = (
    instance: string,
    state: 'running' | 'reused' | 'finished' | 'failed' | 'skipped',
  ): Row | undefined => {
    const row = byInstance.get(instance)
    row?.instances.set(instance, state)
    return row
  }
  const start = (instances: readonly PlannedInstance[]): void => {
    rows = makeRows(instances, Math.max(3, terminalRows - 5))
    wide = Math.max(...rows.map(row => row.label.length))
    byInstance = new Map(
      rows.flatMap(row => [...row.instances.keys()].map(instance => [instance, row] as const)),
    )
    const tree = new Listr(
      rows.map(row => ({
        title: titleOf(row, wide, paint),
        task: (_: unknown, task: Task): Promise<void> =>
          new Promise((resolve, reject) => {
            row.task = task
            row.settle = resolve
            row.reject = reject
            refresh(row)
          }),
      })),
      {
        concurrent: true,
        exitOnError: false,
        registerSignalListeners: false,
        rendererOptions: {
          showErrorMessage: false,
          collapseErrors: false,
          // The title says why.
          showSkipMessage: false,
          suffixSkips: false,
        },
      },
    )
    running = tree.run().catch(() => undefined)
  }

  return {
    on: event => {
      let row: Row | undefined
      switch (event.type) {
        case 'planned':
          start(event.instances)
          return
        case 'reused':
          for (const row of new Set(event.instances.map(instance => set(instance, 'reused'))))
            if (row) refresh(row)
          return
        case 'waits':
          row = byInstance.get(event.instance)
          if (row) row.waits = `waits for another run${makerText(event)}`
          break
        case 'started':
          row = set(event.instance, 'running')
          break
        case 'progress':
          row = byInstance.get(event.instance)
          row?.progress.delete(event.instance)
          row?.progress.set(event.instance, event.progress)
          break
        case 'resumed':
          row = byInstance.get(event.instance)
          if (row) row.note = `resumed from ${momentText(event.from)}`
          break
        case 'finished':
          row = set(event.instance, 'finished')
          if (row) row.seconds += event.seconds
          break
        case 'failed':
          row = event.retrying ? byInstance.get(event.instance) : set(event.instance, 'failed')
          if (row) row.note = event.problems[0]?.message ?? 'failed'
          break
        case 'skipped':
          row = set(event.instance, 'skipped')
          if (row) row.skipped = event.reason
          break
        default:
          return
      }
      if (row) refresh(row)
    },
    done: async () => {
      for (const row of rows) {
        for (const [instance, state] of row.instances)
          if (state === 'waiting' || state === 'running') row.instances.set(instance, 'skipped')
        refresh(row)
      }
      await running
    },
  }
}
