import { pooling } from '../pooling.js'

export const maxPooling2d = pooling('max', 2)
