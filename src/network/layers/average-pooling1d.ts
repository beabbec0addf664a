import { pooling } from '../pooling.js'

export const averagePooling1d = pooling('average', 1)
