import { execFile } from 'node:child_process'

/** What `nvidia-smi` printed, or why it did not: a clause. */
export type SmiAnswer = { readonly text: string } | { readonly why: string }

/** Milliseconds that `nvidia-smi` may take: without its daemon it wakes each GPU first. */
const patience = 10_000

/** One line for a terminal: no control characters of what is not ours. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\uFFFD]+/gu, ' ').trim()

/** Asks NVIDIA's own program. It is never waited for longer than its patience, whatever it has started itself. */
export const askSmi = (args: readonly string[], within = patience): Promise<SmiAnswer> =>
  new Promise(resolve => {
    const child = execFile('nvidia-smi', args, { windowsHide: true }, (error, stdout, stderr) => {
      clearTimeout(timer)
      if (!error) resolve({ text: stdout })
      else if (error.code === 'ENOENT') resolve({ why: 'nvidia-smi is not installed' })
      else {
        const said = printable((stderr || stdout || error.message).trim().split('\n')[0]!)
        resolve({ why: `nvidia-smi fails: ${said.slice(0, 200).replace(/\.$/, '')}` })
      }
    })
    const timer = setTimeout(() => {
      resolve({ why: `nvidia-smi gave no answer in ${within / 1000} s: its driver hangs` })
      child.kill('SIGKILL')
      // A child of its own may hold the pipes open.
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.unref()
    }, within)
  })
