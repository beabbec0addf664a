import { testPushes } from './push-faults.js'

testPushes('a remote that is slow, fails or spoils, when a large object is put there', [
  'part',
  'begin',
  'complete',
])
