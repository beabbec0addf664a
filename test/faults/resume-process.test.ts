import { suite } from '../suite.js'
import { checkKilled } from './resume-rig.js'

const test = suite('the command, killed in mid-training in processes')

test('killed again and again, it goes on and ends with the same bits and history', () =>
  checkKilled('processes', { TRIMTAB_LANE: 'process' }))
