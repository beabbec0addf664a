import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Event } from '../core/event.js'
import { problem, type Problem } from '../core/problem.js'
import { isEvent } from './event-shape.js'
import { fileProblem, isErrno } from './file-problem.js'

/** An append-only file of events, one JSON line each. */
export interface Journal {
  /** In order, at once. Never throws for the disk's sake: a run goes on without its journal, and `end` says so. */
  append(event: Event): void
  /** Syncs and closes. The problem that cut the journal short, if one did. */
  end(): Problem | undefined
}

export const openJournal = (path: string): Journal => {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a')
  let cut: Problem | undefined
  let open = true

  const guarded = (write: () => void): void => {
    try {
      write()
    } catch (error) {
      const found = fileProblem(error, path)
      if (!found) throw error
      cut = problem('journal-cut', `the run's journal is incomplete: ${found.message}`, {
        severity: 'warning',
        ...(found.hint === undefined ? {} : { hint: found.hint }),
      })
    }
  }

  return {
    append: event => {
      if (!open) throw new Error(`event "${event.type}" after the end of its run`)
      // A journal is a beginning of what happened: after a lost line none follows.
      if (cut) return
      const line = Buffer.from(`${JSON.stringify(event)}\n`)
      guarded(() => {
        let written = 0
        while (written < line.length) written += writeSync(file, line, written)
      })
    },
    end: () => {
      if (open) {
        open = false
        if (!cut) guarded(() => fsyncSync(file))
        closeSync(file)
      }
      return cut
    },
  }
}

/** The events of a journal; a line that a kill, a full disk or a power cut left in pieces is left out. */
export const readJournal = (path: string): readonly Event[] => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
  return text.split('\n').flatMap(line => {
    if (line === '') return []
    try {
      const event: unknown = JSON.parse(line)
      return isEvent(event) ? [event] : []
    } catch {
      return []
    }
  })
}
