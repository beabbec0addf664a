import { parity } from './suite.js'

await parity('webgpu', ['layers', 'recurrent'])
