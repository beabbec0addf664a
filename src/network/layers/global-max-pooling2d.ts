import { globalPooling } from '../pooling.js'

export const globalMaxPooling2d = globalPooling('max', 2)
