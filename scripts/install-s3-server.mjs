// Installs the S3 server that the tests of remotes run against (Versity's gateway, a Go module), once for this machine.
// Says where it is; without Go it says so, and those tests are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const version = 'v1.8.0'
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
const target = join(cache, 'trimtab', `versitygw-${version}`)

if (existsSync(target)) console.log(`S3 server: ${target}`)
else if (spawnSync('go', ['version']).status !== 0)
  console.log(
    'S3 server: not installed, since there is no Go here; the tests that need a real one are skipped',
  )
else {
  const began = Date.now()
  mkdirSync(dirname(target), { recursive: true })
  const folder = mkdtempSync(`${target}-`)
  const { status, stderr } = spawnSync(
    'go',
    ['install', `github.com/versity/versitygw/cmd/versitygw@${version}`],
    { env: { ...process.env, GOBIN: folder }, encoding: 'utf8' },
  )
  if (status === 0) {
    // Two that install at once end with the same file.
    renameSync(join(folder, 'versitygw'), target)
    console.log(`S3 server: ${target}, built in ${Math.round((Date.now() - began) / 1000)} s`)
  } else {
    console.log(`S3 server: go install failed\n${stderr}`)
    process.exitCode = 1
  }
  rmSync(folder, { recursive: true, force: true })
}
