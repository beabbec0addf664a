import { parity } from './suite.js'

await parity('wasm')
