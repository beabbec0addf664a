import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert } from '../suite.js'
import { difference } from './shapes.js'

export type Outputs = Record<string, tf.Tensor>

/** Runs the same operations on both engines and compares every output. */
export const agree = async (cases: Record<string, () => Outputs>, tolerance = 2e-5): Promise<void> => {
  const run = (): Record<string, { shape: number[]; dtype: string; values: Float32Array }> =>
    Object.fromEntries(
      Object.entries(cases).flatMap(([name, make]) =>
        Object.entries(tf.tidy(make)).map(([part, tensor]) => [
          `${name} ${part}`,
          { shape: tensor.shape, dtype: tensor.dtype, values: tensor.dataSync() as Float32Array },
        ]),
      ),
    )
  await openEngine('wasm')
  const got = run()
  await openEngine('cpu')
  for (const [name, want] of Object.entries(run())) {
    assert.equal([got[name]!.shape, got[name]!.dtype], [want.shape, want.dtype], name)
    const off = difference(got[name]!.values, want.values)
    assert.ok(off <= tolerance, `${name} is off by ${off}`)
  }
}
