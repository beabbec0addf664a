import { convolution } from '../convolving.js'

export const conv1d = convolution(1, 'Convolution over the steps of a sequence.')
