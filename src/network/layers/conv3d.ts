import { convolution } from '../convolving.js'

export const conv3d = convolution(3, 'Convolution over the depth, height and width of a volume.')
