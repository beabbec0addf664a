// Storing and verifying against sha256sum on the same bytes, in turn: large objects and small ones. Storing reads each
// file, hashes it, writes it and syncs it, one after the other and eight at once; beside it stands what the disk alone takes to write and sync as
// many bytes. Verifying is the real command. openssl uses the processor's own instructions where sha256sum may not.
// Usage: node bench/store/speed.mjs [megabytes] [rounds]
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomFillSync } from 'node:crypto'
import { open } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from '../../scripts/build.mjs'
import { compile } from '../../scripts/compile.mjs'
import { median } from './project.mjs'

const megabytes = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 5)

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
process.chdir(root)

await buildAll()
const built = '.build/bench-store'
await compile(['src/core', 'src/store'], built)
const { openStore } = await import(`../../${built}/src/store/open.js`)
const folder = mkdtempSync(join(tmpdir(), 'trimtab-speed-'))
const bin = join(root, 'bin/trimtab.js')

const timed = async work => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Files of one size, all different. */
const writeFiles = (place, size, count) => {
  mkdirSync(place, { recursive: true })
  const noise = randomFillSync(Buffer.alloc(size))
  return Array.from({ length: count }, (_, at) => {
    noise.writeUInt32LE(at, 0)
    const path = join(place, `${at}`)
    writeFileSync(path, noise)
    return path
  })
}

/** As `xargs` would: no more names at once than a command line takes. */
const overAll = (command, args, paths) => {
  for (let at = 0; at < paths.length; at += 1000)
    execFileSync(command, [...args, ...paths.slice(at, at + 1000)], { stdio: 'ignore' })
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

const measure = async (title, size) => {
  const count = Math.max(1, Math.round((megabytes * 1e6) / size))
  const place = join(folder, title.replace(/\W/g, ''))
  const source = join(place, 'source')
  const paths = writeFiles(source, size, count)
  const took = { sha256sum: [], openssl: [], store: [], together: [], disk: [], verify: [] }
  for (let round = 0; round < rounds; round++) {
    const project = join(place, `project-${round}`)
    mkdirSync(project, { recursive: true })
    writeFileSync(join(project, 'package.json'), '{}')
    const store = await openStore(join(project, '.trimtab'))
    took.sha256sum.push(await timed(() => overAll('sha256sum', [], paths)))
    took.store.push(
      await timed(async () => {
        for (const path of paths) await store.objects.put(readFileSync(path))
      }),
    )
    const together = await openStore(join(project, 'together'))
    took.together.push(
      await timed(async () => {
        const left = [...paths]
        const worker = async () => {
          for (let path = left.pop(); path; path = left.pop()) await together.objects.put(readFileSync(path))
        }
        await Promise.all(Array.from({ length: 8 }, worker))
      }),
    )
    took.verify.push(
      await timed(() => execFileSync(process.execPath, [bin, 'verify'], { cwd: project, stdio: 'ignore' })),
    )
    if (hasOpenssl) took.openssl.push(await timed(() => overAll('openssl', ['dgst', '-sha256'], paths)))
    const plain = join(place, 'plain')
    mkdirSync(plain)
    const bodies = readdirSync(source)
    took.disk.push(
      await timed(async () => {
        for (const name of bodies) {
          const file = await open(join(plain, name), 'wx')
          await file.writeFile(readFileSync(join(source, name)))
          await file.sync()
          await file.close()
        }
      }),
    )
    for (const each of [plain, project]) rmSync(each, { recursive: true })
  }
  const ratio = (name, to) => median(took[name].map((each, at) => each / took[to][at])).toFixed(2)
  const show = name =>
    `${Math.round(median(took[name]))} ms (${took[name].map(each => Math.round(each)).join(' ')})`
  console.log(`${title}: ${count} of ${size} bytes`)
  console.log(`  sha256sum      ${show('sha256sum')}`)
  if (hasOpenssl) console.log(`  openssl        ${show('openssl')}`)
  console.log(`  verify         ${show('verify')}, ${ratio('verify', 'sha256sum')} of sha256sum`)
  console.log(`  store          ${show('store')}, ${ratio('store', 'sha256sum')} of sha256sum`)
  console.log(`  eight at once  ${show('together')}, ${ratio('together', 'sha256sum')} of sha256sum`)
  console.log(
    `  the disk alone ${show('disk')}, to write and sync them; storing takes ${ratio('store', 'disk')} of that`,
  )
}

try {
  console.log(`${megabytes} MB, ${availableParallelism()} cores, medians of ${rounds} (all figures)`)
  await measure('large objects', 8_000_000)
  await measure('small objects', 100_000)
} finally {
  rmSync(built, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}
