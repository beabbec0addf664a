// The code of a lane's thread: takes a step file, runs its kind, hands back what came of it. Nothing is thrown across
// the boundary, where errors lose their fields.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeFolder } from '../../core/home.js'
import { heldMemory } from '../../core/held-memory.js'
import { fail } from '../../core/problem.js'
import { Cancelled, type RunStep, type StepFile } from '../../core/step-file.js'
import { openStore } from '../../store/open.js'
import type { Store } from '../../store/store.js'
import { consoleInto } from './console-into.js'
import { contextOf } from './context.js'
import { problemsOf } from './crash.js'
import { plainOutput } from './plain-output.js'
import type { Ended, ThreadTask } from './protocol.js'

const runOf = async (step: StepFile): Promise<RunStep> => {
  const url = step.module ?? pathToFileURL(join(codeFolder(), 'steps', step.kind, 'run.js')).href
  const { run } = (await import(url)) as { run?: RunStep }
  return typeof run === 'function'
    ? run
    : fail('kind-without-run', `kind "${step.kind}": ${url} exports no function \`run\``)
}

let opened: { readonly folder: string; readonly store: Store } | undefined

const storeAt = async (folder: string): Promise<Store> => {
  if (opened?.folder !== folder) opened = { folder, store: await openStore(folder) }
  return opened.store
}

/** Runs one attempt. */
export const run = async ({ assignment, cancel, port }: ThreadTask): Promise<Ended> => {
  const { step, crashFile } = assignment
  try {
    const context = contextOf(step, port, cancel, await storeAt(assignment.store))
    consoleInto((level, message) => context.log(level, message))
    const ran = await runOf(step)
    const output = await ran(step, context)
    return { type: 'done', output: plainOutput(output), memory: heldMemory() }
  } catch (error) {
    // A plug-in may carry its own copy of the class, so the name decides.
    if (error instanceof Cancelled || (error instanceof Error && error.name === 'Cancelled'))
      return { type: 'cancelled', memory: heldMemory() }
    return { type: 'failed', problems: problemsOf(error, step.kind, crashFile), memory: heldMemory() }
  } finally {
    consoleInto(undefined)
  }
}
