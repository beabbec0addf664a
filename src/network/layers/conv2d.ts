import { convolution } from '../convolving.js'

export const conv2d = convolution(2, 'Convolution over the height and width of an image.')
