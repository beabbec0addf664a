import { pooling } from '../pooling.js'

export const averagePooling2d = pooling('average', 2)
