import { globalPooling } from '../pooling.js'

export const globalAveragePooling1d = globalPooling('average', 1)
