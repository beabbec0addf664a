import { suite as bare } from 'uvu'
import * as assert from 'uvu/assert'

export { assert }

/** A uvu suite that cannot be forgotten: it runs once the file has been read, without a call of `.run()`. */
export const suite = (name: string): ReturnType<typeof bare> => {
  const test = bare(name)
  process.once('beforeExit', () => test.run())
  return test
}
