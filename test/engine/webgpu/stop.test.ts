import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { packageFolder } from '../../../src/core/home.js'
import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'
import { eventsOf, project, runRecipe } from './projects.js'

const test = suite('starting and stopping webgpu')

/** Processes that descend from a run which carried this mark. */
const processesIn = (folder: string): string[] =>
  readdirSync('/proc').filter(pid => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TRIMTAB_TEST_MARK=${folder}\0`)
      )
    } catch {
      return false
    }
  })

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else {
  test('a run that is stopped in mid-step ends, leaves no process, and goes on from there', async () => {
    const folder = project('webgpu', { epochs: 12 })
    const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), 'run', 'recipe.yml'], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', TRIMTAB_TEST_MARK: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let faults = ''
    child.stderr.on('data', chunk => (faults += chunk))
    const closed = once(child, 'close')
    await new Promise<void>(training => {
      child.stdout.on('data', chunk => {
        said += chunk
        if (said.includes('"phase":"epoch 2/12"')) training()
      })
      void closed.then(() => training())
    })
    assert.match(said, '"phase":"epoch 2/12"', faults)
    child.kill('SIGINT')
    const [code] = (await closed) as [number]
    assert.is(code, 130, `${said}\n${faults}`)
    assert.equal(processesIn(folder), [])
    assert.not.match(faults, /FATAL|napi|Segmentation/)
    const again = await runRecipe(folder)
    assert.is(again.code, 0, again.stderr)
    assert.ok(
      eventsOf(again).some(({ type }) => type === 'resumed'),
      again.stdout,
    )
  })

  test('two runs at once, in processes of their own, both pass', async () => {
    const ran = await Promise.all([1, 2].map(epochs => runRecipe(project('webgpu', { epochs }))))
    for (const each of ran) {
      assert.is(each.code, 0, each.stderr)
      assert.is(eventsOf(each).find(({ type }) => type === 'ended')?.outcome, 'passed')
    }
  })
}
