import { problem, ProblemError } from '../../../core/problem.js'

/** Without the password that an address may hold. */
const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`

/** An address that gives nothing, as a problem. */
export const unreachable = (url: URL, why: string): ProblemError =>
  new ProblemError(
    problem('tensorflow-unavailable', `${shown(url)} cannot be read: ${why}`, {
      hint: 'Behind a proxy, or for an index that needs more than a user and password in its address, install pip: `apt-get install python3-pip`, `dnf install python3-pip`.',
    }),
  )

/** Asks an address; a user and password in it go in a header. Throws ProblemError (`tensorflow-unavailable`) where nobody answers. */
export const ask = async (
  address: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> => {
  const url = new URL(address)
  const plain = new URL(url)
  const { username, password } = url
  plain.username = plain.password = ''
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  )
  try {
    return await fetch(plain, {
      headers: { ...headers, ...(username === '' ? {} : { authorization: `Basic ${login}` }) },
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const { code, message } = cause as NodeJS.ErrnoException
    // Its message is empty where several addresses were tried.
    throw unreachable(url, message || code || String(error))
  }
}
