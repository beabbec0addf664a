import { problem, ProblemError, type Problem } from '../../core/problem.js'

const withoutIt = '`--remote none` does without.'

/** The remote gives no answer, or breaks off. */
export const unreachable = (name: string, why: string): Problem =>
  problem('remote-unreachable', `${name} cannot be reached: ${why}`, {
    hint: `Look at the network and at the address; ${withoutIt}`,
  })

/** It answers, and will not. */
export const refused = (name: string, why: string, hint?: string): Problem =>
  problem('remote-refused', `${name} refuses: ${why}`, {
    hint:
      hint ??
      'The credentials need s3:GetObject and s3:ListBucket there, and to push s3:PutObject and s3:AbortMultipartUpload.',
  })

/** The bucket or folder is not there. */
export const absent = (name: string, what: string, hint: string): Problem =>
  problem('remote-missing', `${name} is not there: ${what}`, { hint })

/** It answers that it could not, or what nobody understands. */
export const broken = (name: string, why: string): Problem =>
  problem('remote-failed', `${name} fails: ${why}`, { hint: `Try again later; ${withoutIt}` })

/** What it gave is not what its name says. */
export const wrongBytes = (name: string, path: string, why: string): Problem =>
  problem('remote-wrong-bytes', `${name} has something wrong under ${path}: ${why}`, {
    hint: 'It is not used: the step is made here, and a push puts the right bytes there.',
  })

/** The first problem that an error carries; undefined where it is a bug of ours. */
export const problemIn = (error: unknown): Problem | undefined =>
  error instanceof ProblemError ? error.problems[0] : undefined

/** A second try may succeed. */
export const isPassing = ({ code }: Problem): boolean =>
  code === 'remote-unreachable' || code === 'remote-failed'
