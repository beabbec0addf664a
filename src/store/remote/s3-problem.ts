import type { Problem } from '../../core/problem.js'
import { absent, broken, refused, unreachable } from './remote-problem.js'

/** The fields of an SDK's error that tell what happened. */
interface ServiceError extends Error {
  readonly code?: string
  readonly Code?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
])

const refusals: Readonly<Record<string, string>> = {
  AccessDenied: 'access denied',
  InvalidAccessKeyId: 'it does not know the access key',
  XAdminUserNotFound: 'it does not know the access key',
  SignatureDoesNotMatch: 'the secret key does not fit the access key',
  ExpiredToken: 'the session token has expired',
  TokenRefreshRequired: 'the session token has expired',
  InvalidToken: 'the session token is wrong',
  RequestTimeTooSkewed: "this machine's clock is wrong",
  AccountProblem: 'there is a problem with the account',
  AllAccessDisabled: 'all access is disabled',
}

const noCredentials =
  "Give them by the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), a profile (AWS_PROFILE) or the machine's role."

/** True where a server says that what was asked for is not there; a bucket that is not there is another matter. */
export const isAbsent = (error: unknown): boolean => {
  const { name } = error as ServiceError
  // Not every 404: some servers say so of a bucket or of an access key.
  return name === 'NoSuchKey' || name === 'NotFound'
}

const networkWords = (error: ServiceError, idle: number): string => {
  if (error.name === 'TimeoutError') return `no answer within ${idle / 1000} s`
  // An error of several addresses has its words inside.
  const inner = (error as { errors?: readonly Error[] }).errors?.map(({ message }) => message).join(', ')
  return error.message === '' ? (inner ?? error.code ?? error.name) : error.message
}

/** What an error of the SDK means; undefined where it is a bug of ours. */
export const s3Problem = (
  error: unknown,
  { name, bucket, idle }: { readonly name: string; readonly bucket: string; readonly idle: number },
): Problem | undefined => {
  if (!(error instanceof Error)) return undefined
  const found = error as ServiceError
  const status = found.$metadata?.httpStatusCode
  const code = found.Code ?? found.name
  if (code === 'NoSuchBucket')
    return absent(name, `there is no bucket "${bucket}"`, 'Make it, or mend the address; see docs/remote.md.')
  if (
    /^Credentials|^ProviderError/.test(found.name) ||
    found.message.startsWith('Could not load credentials')
  )
    return refused(name, 'there are no credentials here', noCredentials)
  const refusal = Object.hasOwn(refusals, code) ? refusals[code] : undefined
  if (refusal !== undefined)
    return code === 'AccessDenied' ? refused(name, refusal) : refused(name, refusal, noCredentials)
  if (status === 401 || status === 403) return refused(name, `access denied (${status})`)
  if (found.name === 'AbortError') return unreachable(name, 'it answers too slowly')
  if (found.name === 'TimeoutError' || networkCodes.has(found.code ?? ''))
    return unreachable(name, networkWords(found, idle))
  if (/socket hang up|aborted|premature close/i.test(found.message))
    return unreachable(name, 'it broke off in mid-answer')
  if (/certificate|self.signed|\bTLS\b|\bSSL\b/i.test(`${found.message} ${found.code ?? ''}`))
    return unreachable(name, found.message)
  if (found.code?.startsWith('HPE_') === true) return broken(name, 'its answer is no HTTP')
  if (status !== undefined && status >= 300)
    return broken(name, `${status}${/^\d+$|Unknown/.test(code) ? '' : ` ${code}`}`)
  if (found.$metadata !== undefined || '$response' in found)
    return broken(name, 'its answer cannot be understood')
  return undefined
}
