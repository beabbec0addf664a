import { testPushes } from './push-faults.js'

testPushes('a remote that is slow, fails or spoils, when something is put there', [
  'head',
  'object',
  'result',
])
