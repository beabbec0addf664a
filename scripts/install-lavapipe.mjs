// Installs Mesa's software GPU (lavapipe) and Vulkan's loader, which the tests of the WebGPU engine run on. Debian 12 brings
// a Mesa that Dawn refuses, so it comes from backports, with lists of its own: this machine's sources stay as they are.
// Says what is there; where it cannot be installed it says why, and those tests do not run.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = ['mesa-vulkan-drivers', 'libvulkan1']
/** The first Mesa that Dawn takes. */
const wanted = '23'

const run = (command, args, options = {}) => spawnSync(command, args, { encoding: 'utf8', ...options })
const read = file => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const installed = name => {
  const { status, stdout } = run('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name])
  return status === 0 && stdout.startsWith('installed ') ? stdout.slice('installed '.length) : undefined
}

const ready = () => {
  const mesa = installed('mesa-vulkan-drivers')
  const loader = installed('libvulkan1')
  const recent = mesa && run('dpkg', ['--compare-versions', mesa, 'ge', wanted]).status === 0
  return recent && loader ? `Mesa ${mesa}, libvulkan1 ${loader}` : undefined
}

/** The Debian mirror that this machine uses. */
const mirror = () => {
  const folder = '/etc/apt/sources.list.d'
  const files = existsSync(folder) ? readdirSync(folder).map(name => join(folder, name)) : []
  const lines = ['/etc/apt/sources.list', ...files].map(read).join('\n')
  const [found] = /https?:\/\/\S+\/debian\/?(?=\s|$)/.exec(lines) ?? []
  return found ?? 'http://deb.debian.org/debian'
}

const install = () => {
  const system = read('/etc/os-release')
  const release = /VERSION_CODENAME=(\w+)/.exec(system)?.[1]
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-apt-'))
  try {
    const options = []
    if (release === 'bookworm' && /^ID=debian$/m.test(system)) {
      mkdirSync(join(folder, 'lists', 'partial'), { recursive: true })
      mkdirSync(join(folder, 'parts'))
      writeFileSync(
        join(folder, 'parts', 'debian.sources'),
        [
          'Types: deb',
          `URIs: ${mirror()}`,
          'Suites: bookworm bookworm-backports',
          'Components: main',
          'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
          '',
        ].join('\n'),
      )
      for (const [name, value] of [
        ['Dir::Etc::sourcelist', '/dev/null'],
        ['Dir::Etc::sourceparts', join(folder, 'parts')],
        ['Dir::State::lists', join(folder, 'lists')],
      ])
        options.push('-o', `${name}=${value}`)
    }
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...args) => {
      // Another apt may be at work: it is waited for.
      const { status, stderr } = run(
        'apt-get',
        [...options, '-q', '-o', 'DPkg::Lock::Timeout=300', ...args],
        { env },
      )
      if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-3).join(' '))
    }
    apt('update')
    const from = options.length > 0 ? ['-t', 'bookworm-backports'] : []
    apt('install', '-y', '--no-install-recommends', ...from, ...packages)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const why = 'the tests that need WebGPU do not run'
if (process.platform !== 'linux' || run('apt-get', ['--version']).status !== 0)
  console.log(`lavapipe: not installed, since there is no apt-get here; ${why}`)
else if (ready()) console.log(`lavapipe: ${ready()}`)
else if (process.getuid() !== 0) console.log(`lavapipe: not installed, since that takes root; ${why}`)
else {
  const began = Date.now()
  try {
    install()
    console.log(
      `lavapipe: ${ready() ?? 'not there'}, installed in ${Math.round((Date.now() - began) / 1000)} s`,
    )
  } catch (error) {
    console.log(`lavapipe: could not be installed; ${why}. ${error.message}`)
  }
}
