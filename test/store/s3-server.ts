// A real S3 server for tests, on a free port of the loopback, with a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { emptyFolder } from '../rig.js'

const binary = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trimtab', 'versitygw-v1.8.0')

/** Why there is no real server here; undefined where there is one. */
export const whyNoServer = (): string | undefined =>
  existsSync(binary) ? undefined : 'no S3 server is installed: node scripts/install-s3-server.mjs'

export const freePort = (): Promise<number> =>
  new Promise((done, broken) => {
    const server = createServer()
    server.once('error', broken)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })

export interface S3Server {
  readonly endpoint: string
  readonly port: number
  /** The folder of a bucket, which is made. */
  bucket(name: string): string
  /** What a command needs in its environment to reach it, and nothing of this machine's own. */
  readonly env: Record<string, string>
  stop(): Promise<void>
}

const access = 'trimtab-tests'
const secret = 'not-a-secret-of-anybody'

/** The environment of a client, without what this machine may have of its own. */
export const clientEnv = (endpoint: string): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: access,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
})

export const startS3 = async (): Promise<S3Server> => {
  const folder = emptyFolder()
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  // A shell between the two ends the server once its input closes: also when this process is killed.
  const child: ChildProcess = spawn(
    'sh',
    [
      '-c',
      '"$@" & server=$!; read -r _; kill "$server"; wait "$server"',
      'sh',
      binary,
      '--port',
      `127.0.0.1:${port}`,
      '--access',
      access,
      '--secret',
      secret,
      '--quiet',
      'posix',
      folder,
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr!.on('data', chunk => (said += chunk))
  for (let tries = 0; ; tries++) {
    const up = await fetch(endpoint).then(
      () => true,
      () => false,
    )
    if (up) break
    if (tries > 600 || child.exitCode !== null) throw new Error(`the S3 server does not start: ${said}`)
    await pause(50)
  }
  return {
    endpoint,
    port,
    bucket: name => {
      const place = join(folder, name)
      mkdirSync(place, { recursive: true })
      return place
    },
    env: clientEnv(endpoint),
    stop: async () => {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.stdin!.end()
      await gone
    },
  }
}
