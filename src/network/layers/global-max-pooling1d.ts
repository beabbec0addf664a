import { globalPooling } from '../pooling.js'

export const globalMaxPooling1d = globalPooling('max', 1)
