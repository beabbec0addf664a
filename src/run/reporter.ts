import type { InstanceId } from '../core/brand.js'
import type { Emitted, Event } from '../core/event.js'
import type { OpenRun } from '../store/store.js'

/** Where the executor says what happens: stamped, journaled, and handed to whoever watches. */
export interface Reporter {
  say(event: Emitted): void
  /** Said in batches: a thousand reused steps are one event. */
  reused(instance: InstanceId): void
  flush(): void
  /** What the watcher threw, if it did: it hears nothing more. */
  fault(): { readonly error: unknown } | undefined
}

export const makeReporter = (
  run: Pick<OpenRun, 'append'>,
  emit: (event: Event) => void,
  onFault: () => void,
): Reporter => {
  let batch: InstanceId[] = []
  let planned: NodeJS.Immediate | undefined
  let fault: { readonly error: unknown } | undefined

  const stamp = (event: Emitted): void => {
    const stamped = { time: Date.now(), ...event } as Event
    run.append(stamped)
    if (fault) return
    try {
      emit(stamped)
    } catch (error) {
      // Thrown into a worker's message handler it would end the whole process.
      fault = { error }
      onFault()
    }
  }
  const flush = (): void => {
    clearImmediate(planned)
    planned = undefined
    if (batch.length === 0) return
    const instances = batch
    batch = []
    stamp({ type: 'reused', instances })
  }

  return {
    say: event => {
      flush()
      stamp(event)
    },
    reused: instance => {
      batch.push(instance)
      planned ??= setImmediate(flush)
    },
    flush,
    fault: () => fault,
  }
}
