import { shortly } from './harness-rig.js'

shortly('runs that are not alone', {
  'two runs at once': 1,
  'remote stalls': 1,
  'remote returns wrong bytes': 1,
})
