import { merging } from '../merging.js'

export const multiply = merging('multiply', 'The product of its inputs.')
