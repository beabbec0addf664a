/** How long a remote is waited for, in milliseconds. Nothing that it does or leaves undone takes longer. */
export interface Patience {
  /** Until a connection stands. */
  readonly connect: number
  /** Without a byte, of an answer or of its body. */
  readonly idle: number
  /** For one request, whatever it sends; a transfer gets the time of its bytes at `slowest` on top. */
  readonly total: number
  /** Of a plan's questions: without an answer to any. All of them together take at most 12 times this. */
  readonly lookup: number
  /** At the end of a run, for what is not pushed yet. */
  readonly push: number
  /** Bytes a second below which a transfer counts as stalled. */
  readonly slowest: number
}

const usual: Patience = {
  connect: 5_000,
  idle: 20_000,
  total: 60_000,
  lookup: 10_000,
  push: 600_000,
  slowest: 16 * 1024,
}

/**
 * The patience that an environment asks for: `TRIMTAB_REMOTE_PATIENCE="lookup=30,idle=60"`, in seconds (`slowest` in
 * bytes a second). What it does not name, or does not say as a number above 0, is as usual.
 */
export const patienceOf = (env: Readonly<Record<string, string | undefined>>): Patience => {
  const asked = new Map<string, number>()
  for (const part of (env['TRIMTAB_REMOTE_PATIENCE'] ?? '').split(',')) {
    const [name = '', value = ''] = part.split('=').map(each => each.trim())
    if (Number(value) > 0 && Number(value) <= 1e9) asked.set(name, Number(value))
  }
  const seconds = (name: keyof Patience): number => {
    const value = asked.get(name)
    return value === undefined ? usual[name] : Math.ceil(value * (name === 'slowest' ? 1 : 1000))
  }
  return {
    connect: seconds('connect'),
    idle: seconds('idle'),
    total: seconds('total'),
    lookup: seconds('lookup'),
    push: seconds('push'),
    slowest: seconds('slowest'),
  }
}

/** Milliseconds that a transfer of so many bytes may take. */
export const timeFor = ({ total, slowest }: Patience, bytes: number): number =>
  Math.min(2 ** 31 - 1, total + (bytes / slowest) * 1000)
