import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listBuilt, type BuiltEngine } from '../../../src/engine/native/built.js'
import { findNative } from '../../../src/engine/native/find.js'
import { enginesFolder } from '../../../src/engine/native/folder.js'
import { installedPackage } from '../../../src/engine/native/installed.js'
import { emptyFolder } from '../../rig.js'
import { assert, suite } from '../../suite.js'

const test = suite('finding a native engine')
const { name, version } = installedPackage()!

/** A folder of engines that this process looks into. */
const engines = (): string => {
  const folder = emptyFolder()
  process.env['TRIMTAB_ENGINES'] = folder
  return folder
}

type Changes = Partial<Omit<BuiltEngine, 'addon'>> & { readonly addon?: Partial<BuiltEngine['addon']> }

/** An engine's files, as far as the probe looks at them. */
const put = (folder: string, called: string, changes: Changes = {}): string => {
  const place = join(folder, called)
  mkdirSync(join(place, 'site/tensorflow'), { recursive: true })
  writeFileSync(join(place, 'tfjs_binding.node'), 'addon')
  const library = 'site/tensorflow/libtensorflow_cc.so.2'
  writeFileSync(join(place, library), 'library')
  const { platform, arch } = process
  const engine: BuiltEngine = {
    format: 1,
    engine: 'native',
    package: { name, version },
    tensorflow: '2.21.0',
    device: 'cpu',
    libraries: [{ file: library, bytes: 7 }],
    source: 'a wheel',
    builtWith: 'c++',
    ...changes,
    addon: {
      file: 'tfjs_binding.node',
      bytes: 5,
      digest: createHash('sha256').update('addon').digest('hex'),
      napi: 8,
      platform,
      arch,
      ...changes.addon,
    },
  }
  writeFileSync(join(place, 'engine.json'), JSON.stringify(engine))
  return place
}

const why = (): string => {
  const state = findNative()
  assert.not.ok(state.ready)
  if (state.ready) return ''
  assert.match(state.hint, 'trimtab engine build native')
  return state.why
}

test('what is missing or does not fit is said, with the command that mends it', () => {
  const folder = engines()
  assert.match(why(), /tfjs-node-gpu is installed, its addon is not built/)
  const stale = { package: { name, version: '4.1.0' } }
  put(folder, 'old', stale)
  assert.match(why(), `was built for ${name} 4.1.0, and ${name} ${version} is installed`)
  rmSync(join(folder, 'old'), { recursive: true })

  const place = put(folder, 'one')
  assert.ok(findNative().ready)
  truncateSync(join(place, 'site/tensorflow/libtensorflow_cc.so.2'), 3)
  assert.match(why(), /library of the engine one is another one than it was built with/)
  rmSync(join(place, 'site'), { recursive: true })
  assert.match(why(), /library of the engine one is gone/)
  put(folder, 'one')
  writeFileSync(join(place, 'tfjs_binding.node'), 'other')
  assert.match(why(), /the addon of the engine one is not the file that was built/)
  rmSync(join(place, 'tfjs_binding.node'))
  assert.match(why(), /the addon of the engine one is gone/)
  put(folder, 'one', { addon: { arch: 'other' } })
  assert.match(why(), /was built for \w+ on other, this is/)
  for (const text of ['', '{}', '[]', '{"format":1,"engine":"native"}', 'null', '{"format":2}']) {
    writeFileSync(join(place, 'engine.json'), text)
    assert.match(why(), 'its addon is not built', text)
  }
})

test('the one that was built last is used, then the newest TensorFlow; one that is not whole is passed over', () => {
  const folder = engines()
  put(folder, 'a', { tensorflow: '2.9.0' })
  put(folder, 'b', { tensorflow: '2.12.0' })
  put(folder, 'c', { tensorflow: '2.21.0' })
  put(folder, '.building.x')
  const order = (): string[] => listBuilt(folder).map(engine => engine.name)
  assert.equal(order(), ['c', 'b', 'a'])
  writeFileSync(join(folder, 'current'), 'a\n')
  assert.equal(order(), ['a', 'c', 'b'])
  writeFileSync(join(folder, 'current'), 'gone\n')
  assert.equal(order(), ['c', 'b', 'a'])
  rmSync(join(folder, 'c', 'site'), { recursive: true })
  const state = findNative()
  assert.ok(state.ready && state.engine.name === 'b')
})

test('engines lie in the folder that is named, else in the nearest .trimtab/engines', () => {
  const folder = emptyFolder()
  const deep = join(folder, 'a', 'b')
  mkdirSync(deep, { recursive: true })
  assert.is(enginesFolder(deep, {}), join(deep, '.trimtab/engines'))
  mkdirSync(join(folder, '.trimtab/engines'), { recursive: true })
  assert.is(enginesFolder(deep, {}), join(folder, '.trimtab/engines'))
  assert.is(enginesFolder(deep, { TRIMTAB_ENGINES: '../x' }), join(folder, 'a/x'))
  assert.is(enginesFolder(deep, { TRIMTAB_ENGINES: '' }), join(folder, '.trimtab/engines'))
})
