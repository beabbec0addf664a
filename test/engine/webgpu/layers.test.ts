import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { assert, suite } from '../../suite.js'
import { layerOutcome, type LayerOutcome } from '../layer-outcome.js'
import { difference } from '../shapes.js'
import { trainable } from '../trainable-layers.js'
import { whyNoWebgpu } from './here.js'

const test = suite('every trainable layer on webgpu')

const outcomes = async (): Promise<Map<string, LayerOutcome | Error>> => {
  const all = new Map<string, LayerOutcome | Error>()
  for (const [name, each] of Object.entries(trainable)) {
    tf.engine().startScope()
    all.set(name, await layerOutcome(name, each).catch((error: unknown) => error as Error))
    tf.engine().endScope()
  }
  return all
}

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else
  test('outputs and gradients are those of wasm', async () => {
    await openEngine('wasm')
    const want = await outcomes()
    await openEngine('webgpu')
    // Small tensors that no operation has put on the GPU yet would be computed by JavaScript instead.
    tf.env().set('WEBGPU_CPU_FORWARD', false)
    const faults: string[] = []
    for (const [name, mine] of await outcomes()) {
      const theirs = want.get(name)!
      if (mine instanceof Error || theirs instanceof Error) {
        faults.push(
          `${name}: ${[mine, theirs].map(each => (each instanceof Error ? each.message : '–')).join(' | ')}`,
        )
        continue
      }
      const tolerance = trainable[name]!.tolerance ?? 2e-5
      const check = (what: string, off: number): void => {
        if (!(off <= tolerance)) faults.push(`${name}: ${what} is off by ${off}`)
      }
      check('output', difference(mine.output, theirs.output))
      for (const [key, gradient] of Object.entries(theirs.gradients))
        check(`gradient of ${key}`, difference(mine.gradients[key]!, gradient))
    }
    assert.equal(faults, [])
  })
