import { isAbsolute, join, resolve } from 'node:path'

/** Where results are shared: a place in a bucket, or a folder. Credentials are never part of it. */
export type RemoteAddress =
  | {
      readonly type: 's3'
      readonly bucket: string
      /** Without slashes around it; empty: the whole bucket. */
      readonly prefix: string
      /** Absent: what the AWS environment or its profile says. */
      readonly region?: string
      /** URL of another server than AWS's own. Absent: as the environment says (`AWS_ENDPOINT_URL`). */
      readonly endpoint?: string
    }
  | { readonly type: 'file'; readonly folder: string }

/** What is wrong with an address, without its place. */
export interface AddressFault {
  readonly code: 'remote-address' | 'remote-credentials'
  readonly message: string
  readonly hint: string
}

type Parsed = { readonly address: RemoteAddress } | { readonly fault: AddressFault }

const forms = 'It is s3://BUCKET/PREFIX, or file:///FOLDER (file:../FOLDER from the recipe).'

const wrong = (message: string, hint = forms): Parsed => ({
  fault: { code: 'remote-address', message, hint },
})

const fromEnvironment =
  "Credentials come from the environment (AWS_ACCESS_KEY_ID …), a profile (AWS_PROFILE) or the machine's role; see docs/remote.md."

/** The message never shows the address: it holds a secret. */
const secret = (what: string): Parsed => ({
  fault: {
    code: 'remote-credentials',
    message: `${what} holds credentials, and a recipe is no place for them`,
    hint: fromEnvironment,
  },
})

/** A field that would hold credentials. */
export const credentialField = (name: string): AddressFault => ({
  code: 'remote-credentials',
  message: `"${name}" would be credentials, and a recipe is no place for them`,
  hint: fromEnvironment,
})

const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const control = /[\u0000-\u001f\u007f]/

const parseS3 = (rest: string): Parsed => {
  const slash = rest.indexOf('/')
  const [bucket, path] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash)]
  if (bucket.includes('@')) return secret('the address')
  if (/[?#]/.test(rest)) return wrong('an address of a remote has no query and no fragment')
  if (bucket === '') return wrong('the address names no bucket')
  if (!bucketForm.test(bucket))
    return wrong(
      `"${bucket}" is no name of a bucket`,
      'It has 3 to 63 lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit.',
    )
  const prefix = path.replaceAll(/^\/+|\/+$/g, '')
  if (prefix.split('/').some(part => part === '.' || part === '..' || (part === '' && prefix !== '')))
    return wrong('the prefix of a remote has an empty part, "." or ".."')
  if (prefix.length > 700) return wrong('the prefix of a remote has at most 700 characters')
  return { address: { type: 's3', bucket, prefix } }
}

const parseFile = (rest: string, from: string): Parsed => {
  const path = rest.replace(/^\/\/(?=[/.])/, '')
  if (path.startsWith('//'))
    return wrong('a folder on another host is no remote', 'Mount it, and name the folder: file:///mnt/share.')
  if (path === '') return wrong('the address names no folder')
  if (path.length > 4096) return wrong('a path has at most 4096 characters')
  return { address: { type: 'file', folder: isAbsolute(path) ? join(path) : resolve(from, path) } }
}

/** An address as a person writes it. `from`: the folder that a relative one begins at. */
export const parseRemote = (text: string, from: string): Parsed => {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text)
  if (control.test(text)) return wrong('the address holds a control character')
  if (!found) return wrong(`"${text}" is no address of a remote`)
  const [, scheme, rest] = found as unknown as [string, string, string]
  if (scheme === 's3')
    return rest.startsWith('//') ? parseS3(rest.slice(2)) : wrong('after "s3:" come two slashes')
  if (scheme === 'file') return parseFile(rest, from)
  if (/^\/\/[^/]*@/.test(rest)) return secret('the address')
  return wrong(`a remote is not reached by "${scheme}:"`)
}

/** What is wrong with the URL of a server; undefined where nothing is. */
export const endpointFault = (text: string): AddressFault | undefined => {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return {
      code: 'remote-address',
      message: 'the endpoint is no URL',
      hint: 'As in http://127.0.0.1:7070.',
    }
  }
  const { protocol, username, password, search, hash } = url
  const found =
    username !== '' || password !== ''
      ? secret('the endpoint')
      : protocol !== 'http:' && protocol !== 'https:'
        ? wrong('the endpoint is reached by http or https', 'As in http://127.0.0.1:7070.')
        : search !== '' || hash !== ''
          ? wrong('the endpoint has no query and no fragment', 'As in http://127.0.0.1:7070.')
          : undefined
  return found && 'fault' in found ? found.fault : undefined
}

/** As a person reads it; `parseRemote` takes it back. */
export const remoteName = (address: RemoteAddress): string =>
  address.type === 'file'
    ? `file://${address.folder}`
    : `s3://${address.bucket}${address.prefix === '' ? '' : `/${address.prefix}`}`
