import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { ProblemError } from '../../src/core/problem.js'
import { stream } from '../../src/core/random.js'
import type { Source } from '../../src/sources/tables.js'
import { assert, suite } from '../suite.js'
import { fileOf, fixture, idx, loadSource, inspectSource } from './rig.js'

const test = suite('sources/fuzz')

const csv = `a,b,kind\n${Array.from({ length: 40 }, (_, i) => `${i},"${i / 7}",${i % 3 ? 'x' : '"y, z"'}`).join('\n')}\n`
const labels = idx(8, [5], [0, 1, 2, 0, 1])
const npyLabels = fileOf('labels.npy', readFileSync(fixture('c-u1.npy')))

/** A sound file of each format, and the source that reads it. */
const formats: Record<string, { readonly bytes: Buffer; readonly source: (path: string) => Source }> = {
  idx: {
    bytes: idx(
      0x0b,
      [5, 3, 2],
      Array.from({ length: 60 }, (_, i) => i),
    ),
    source: images => ({ type: 'idx', images, labels: fileOf('labels', labels) }),
  },
  'idx labels, gzip': {
    bytes: gzipSync(labels),
    source: path => ({
      type: 'idx',
      images: fileOf('images', idx(8, [5, 2, 2], new Uint8Array(20))),
      labels: path,
    }),
  },
  npy: {
    bytes: readFileSync(fixture('fortran-f4.npy')),
    source: features => ({ type: 'npy', features, labels: npyLabels }),
  },
  'npz, stored': {
    bytes: readFileSync(fixture('stored.npz')),
    source: path => ({ type: 'npz', path, features: 'x_train', labels: 'y_train' }),
  },
  'npz, deflated': {
    bytes: readFileSync(fixture('deflated.npz')),
    source: path => ({ type: 'npz', path, features: 'x', labels: 'y' }),
  },
  csv: {
    bytes: Buffer.from(csv),
    source: path => ({ type: 'csv', path, label: 'kind', ignore: [], header: true, delimiter: ',' }),
  },
  'csv, gzip': {
    bytes: gzipSync(csv),
    source: path => ({ type: 'csv', path, label: 'kind', ignore: [], header: true, delimiter: ',' }),
  },
}

/** Inspects and loads; anything but a value or a problem that names itself fails. */
const outcome = async (source: Source): Promise<'read' | 'refused'> => {
  const { facts, faults } = await inspectSource(source, 'classification')
  if (!facts) {
    assert.ok(faults.length > 0 && faults.every(each => each.code !== '' && each.message.length > 10))
    return 'refused'
  }
  const classNames = facts.words?.map(([word]) => word)
  try {
    const { count, features, size } = await loadSource(source, {
      task: 'classification',
      random: stream(1),
      ...(classNames ? { classNames } : {}),
    })
    assert.is(features.length, count * size)
    return 'read'
  } catch (error) {
    assert.instance(error, ProblemError)
    assert.ok((error as ProblemError).problems.every(each => each.code !== '' && each.message.length > 10))
    return 'refused'
  }
}

const damages = 450

for (const [name, { bytes, source }] of Object.entries(formats))
  test(`${name}: every truncation and ${damages} damages end in a value or a problem, within bounded memory`, async () => {
    const path = fileOf('file', bytes)
    const made = source(path)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const damaged = async (text: Uint8Array): Promise<'read' | 'refused'> => {
      writeFileSync(path, text)
      const result = await outcome(made)
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      return result
    }
    const cuts = Math.min(bytes.length, 150)
    let refused = 0
    for (let i = 0; i < cuts; i++)
      if ((await damaged(bytes.subarray(0, Math.floor((i * bytes.length) / cuts)))) === 'refused') refused++
    // A table without its last records is still a table.
    if (name !== 'csv') assert.is(refused, cuts)
    const random = stream(9, 'damage', name)
    for (let i = 0; i < damages; i++) {
      const copy = Buffer.from(bytes)
      for (let flips = 1 + random.below(3); flips > 0; flips--)
        copy[random.below(i % 2 === 0 ? Math.min(140, copy.length) : copy.length)] = random.below(256)
      await damaged(copy)
    }
    assert.ok(most < 64e6, `${most} bytes of arrays`)
  })
