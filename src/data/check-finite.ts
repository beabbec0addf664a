import { fail } from '../core/problem.js'
import type { Normalization } from './normalization.js'
import type { Numbers } from './numbers.js'

/** Divided by no less than this, no integer of 32 bits grows beyond a float32. */
const harmless = 1e-28

/**
 * Checks that every number of a split is a finite float32 once it is normalized. Throws ProblemError
 * (`data-not-finite`): whatever is trained on such data knows nothing afterwards.
 */
export const checkFinite = (name: string, stored: Numbers, { offset, scale }: Normalization): void => {
  if (![...offset, ...scale].every(Number.isFinite))
    fail(
      'data-not-finite',
      'the features cannot be normalized: their mean, deviation or range is beyond what a float64 holds',
      'Scale the data down before, or use `normalize: {divide: …}`.',
    )
  const isFloat = stored instanceof Float32Array || stored instanceof Float64Array
  if (!isFloat && scale.every(each => Math.abs(each) >= harmless)) return
  const period = offset.length
  for (let i = 0; i < stored.length; i++)
    if (!Number.isFinite(Math.fround((stored[i]! - offset[i % period]!) / scale[i % period]!)))
      fail(
        'data-not-finite',
        `number ${i} of the features of ${name} is ${stored[i]}; normalized it is beyond what a float32 holds`,
        'Scale the data down before, or use `normalize: {divide: …}`.',
      )
}
