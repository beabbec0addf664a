import { exitCodes } from './exit-codes.js'
import { err } from './output.js'

/** The first signal cancels within one batch; a second one ends the process at once. */
export const cancelOnSignal = (
  says = 'Stopping: what is finished is kept. Again to stop at once.',
): AbortSignal => {
  const controller = new AbortController()
  const cancel = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
    err(says)
  }
  process.on('SIGINT', cancel)
  process.on('SIGTERM', cancel)
  return controller.signal
}
