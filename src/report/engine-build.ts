import { Listr, type DefaultRenderer, type ListrTaskWrapper, type SimpleRenderer } from 'listr2'
import { formatBytes } from '../core/units.js'
import { percent } from './figures.js'

/** What a build does now, as far as it is drawn. */
export interface Doing {
  readonly phase: 'ask' | 'download' | 'unpack' | 'compile' | 'try'
  readonly what: string
  readonly done: number
  readonly total: number
}

export interface BuildTree {
  on(doing: Doing): void
  /** Ends the drawing and leaves its last state on the terminal. */
  done(well: boolean): Promise<void>
}

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>

const labels = {
  ask: 'ask the Python index',
  download: 'download',
  unpack: 'unpack',
  compile: 'compile the addon',
  try: 'train three steps with it',
} as const

const titleOf = ({ phase, what, done, total }: Doing): string => {
  const share = total > 0 ? `  ${percent(done / total).replace(/\.\d+/, '')} of ${formatBytes(total)}` : ''
  return `${labels[phase]}  ${what}${share}`
}

interface Row {
  readonly key: string
  doing: Doing
  task?: Task
  end: (well: boolean) => void
}

const keyOf = ({ phase, what }: Doing): string => `${phase} ${what}`

/** On a terminal a row for each thing that is done, one after the other, redrawn at 10 Hz while it is. */
export const liveBuild = (): BuildTree => {
  let row: Row | undefined
  let drawn: Promise<unknown> = Promise.resolve()
  const begin = (doing: Doing): Row => {
    const made: Row = { key: keyOf(doing), doing, end: () => undefined }
    const ended = new Promise<void>((settle, reject) => {
      made.end = well => (well ? settle() : reject(new Error(doing.phase)))
    })
    ended.catch(() => undefined)
    drawn = drawn.then(() =>
      new Listr(
        [
          {
            title: titleOf(made.doing),
            task: (_: unknown, task: Task): Promise<void> => {
              made.task = task
              return ended
            },
          },
        ],
        {
          registerSignalListeners: false,
          rendererOptions: { showErrorMessage: false, collapseErrors: false },
        },
      )
        .run()
        .catch(() => undefined),
    )
    return made
  }
  return {
    on: doing => {
      if (row?.key !== keyOf(doing)) {
        row?.end(true)
        row = begin(doing)
      }
      row.doing = doing
      if (row.task) row.task.title = titleOf(doing)
    },
    done: async well => {
      row?.end(well)
      await drawn
    },
  }
}

/** For files and pipes: a line as each phase begins. */
export const plainBuild = (write: (line: string) => void): BuildTree => {
  let last = ''
  return {
    on: doing => {
      const line = `${labels[doing.phase]}  ${doing.what}`
      if (line !== last) write(line)
      last = line
    },
    done: () => Promise.resolve(),
  }
}
