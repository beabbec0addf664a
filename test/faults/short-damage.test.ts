import { shortly } from './harness-rig.js'

shortly('stores that are damaged', {
  'object truncated': 1,
  'object bit-flipped': 1,
  'journal cut': 1,
  'clock set back': 1,
  'disk full': 1,
  'read-only store': 1,
})
