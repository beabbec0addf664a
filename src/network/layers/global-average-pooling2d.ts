import { globalPooling } from '../pooling.js'

export const globalAveragePooling2d = globalPooling('average', 2)
