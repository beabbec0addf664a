import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'
import { eventsOf, project, runRecipe, type Told } from './projects.js'

const test = suite('a recipe on webgpu')

const finished = (told: readonly Told[]): Map<string, Told> =>
  new Map(told.filter(({ type }) => type === 'finished').map(each => [each.instance!, each]))

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else
  test('every kind of step that computes runs in the gpu lane, and measures what wasm measures', async () => {
    const [mine, theirs] = [
      project('webgpu', { epochs: 2, whole: true }),
      project('wasm', { epochs: 2, whole: true }),
    ]
    const ran = await runRecipe(mine)
    assert.is(ran.code, 0, ran.stderr)
    const told = eventsOf(ran)
    const lanes = told
      .filter(({ type }) => type === 'started')
      .map(({ instance, lane }) => `${instance} ${lane}`)
    for (const step of ['base', 'pruned', 'tuned', 'ptq', 'qat', 'small', 'scores[base]', 'speed'])
      assert.ok(lanes.includes(`${step} gpu`), `${step} among ${lanes.join(', ')}`)
    const want = finished(eventsOf(await runRecipe(theirs)))
    let compared = 0
    for (const [instance, { metrics }] of finished(told)) {
      const other = want.get(instance)!.metrics?.['test']
      for (const [name, value] of Object.entries(metrics?.['test'] ?? {})) {
        // One of the 64 examples may fall on the other side of a decision.
        const room = name === 'loss' ? 1e-3 * Math.abs(other!['loss']!) : 1.5 / 64 + 0.02
        assert.ok(
          Math.abs(value - other![name]!) <= room,
          `${instance} ${name}: ${value} and ${other![name]}`,
        )
        compared++
      }
    }
    assert.ok(compared >= 20, `${compared} metrics were compared`)
    assert.match((await runRecipe(mine)).stdout, /reused|0 ran/)
  })
