import { join } from 'node:path'
import { codeFolder } from '../../../core/home.js'
import { explain, type Symptom } from '../symptoms.js'
import type { Trial } from '../trial.js'
import { runCommand } from './run-command.js'

/** Whether a built engine loads and trains, in a process of its own. */
export type Tried =
  | ({
      readonly works: true
      /** Why it leaves a GPU alone that it was built for. */ readonly note?: string
    } & Trial)
  | { readonly works: false; readonly why: string; readonly known?: Symptom }

/** Far above what another order of additions makes (1e-6). */
const tolerance = 1e-3

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? ''

/** The message of an error that ended Node, without its stack. */
const messageIn = (text: string): string | undefined =>
  /^(?:\w*Error|ProblemError): (.+)$/m.exec(text)?.[1] ??
  /^(?:terminate|F tensorflow|\S+ Check failed).*$/m.exec(text)?.[0]

/** Opens the engine in a folder and trains three small steps, which are compared with those of the cpu engine. */
export const tryEngine = async (
  folder: string,
  device: 'cpu' | 'cuda',
  signal?: AbortSignal,
): Promise<Tried> => {
  const ran = await runCommand(process.execPath, [join(codeFolder(), 'engine/native/trial.js'), folder], {
    // All that TensorFlow says, so that the reason is in it.
    env: { TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_CPP_MIN_LOG_LEVEL: '0' },
    ...(signal ? { signal } : {}),
  })
  const said = `${ran?.err ?? ''}\n${ran?.signal ?? ''}`
  if (ran?.code !== 0) {
    const known = explain(said)
    const how = ran?.signal === undefined ? '' : `it was ended by ${ran.signal}. `
    const why = known?.says ?? `${how}${messageIn(said) ?? lastLine(said)}`
    return { works: false, why, ...(known ? { known } : {}) }
  }
  const trial = JSON.parse(lastLine(ran.out)) as Trial
  if (!(trial.difference < tolerance))
    return {
      works: false,
      why: `it computes something else than the cpu engine: weights are ${trial.difference} apart`,
    }
  if (device === 'cpu' || trial.gpu) return { works: true, ...trial }
  return { works: true, ...trial, note: explain(said)?.says ?? 'TensorFlow shows no GPU' }
}
