import { pooling } from '../pooling.js'

export const maxPooling1d = pooling('max', 1)
