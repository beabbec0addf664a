import { Listr, type DefaultRenderer, type ListrTaskWrapper, type SimpleRenderer } from 'listr2'
import { formatBytes } from '../core/units.js'
import { percent } from './figures.js'

/** What a build does now, as far as it is drawn. */
export interface Doing {
  readonly phase: 'download' | 'unpack' | 'compile' | 'try'
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
  download: 'download',
  unpack: 'unpack',
  compile: 'compile the addon',
  try: 'train three steps with it',
} as const

const phases = ['download', 'unpack', 'compile', 'try'] as const

const titleOf = ({ phase, what, done, total }: Doing): string => {
  const share = total > 0 ? `  ${percent(done / total).replace(/\.\d+/, '')} of ${formatBytes(total)}` : ''
  return `${labels[phase]}  ${what}${share}`
}

/** One row a phase on a terminal, redrawn at 10 Hz. Phases that a build leaves out are taken away. */
export const liveBuild = (): BuildTree => {
  const tasks = new Map<string, { task: Task; settle: () => void; reject: (error: Error) => void }>()
  const said = new Set<string>()
  const tree = new Listr(
    phases.map(phase => ({
      title: labels[phase],
      task: (_: unknown, task: Task): Promise<void> =>
        new Promise((settle, reject) => tasks.set(phase, { task, settle, reject })),
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false, collapseErrors: false },
    },
  )
  const running = tree.run().catch(() => undefined)
  return {
    on: doing => {
      said.add(doing.phase)
      const row = tasks.get(doing.phase)
      if (row) row.task.title = titleOf(doing)
      // NVIDIA's libraries come one after the other, so a download may follow an unpacking.
      if (doing.phase === 'compile' || doing.phase === 'try')
        for (const phase of phases.slice(0, phases.indexOf(doing.phase))) {
          if (!said.has(phase)) tasks.get(phase)?.task.skip()
          tasks.get(phase)?.settle()
        }
    },
    done: async well => {
      const last = [...said].at(-1)
      for (const [phase, { settle, reject, task }] of tasks) {
        if (!said.has(phase)) task.skip()
        if (!well && phase === last) reject(new Error(phase))
        else settle()
      }
      await running
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
