import { shortly } from './harness-rig.js'

shortly('runs that are killed', { 'kill -9': 4, 'worker killed': 1 })
