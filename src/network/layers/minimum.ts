import { merging } from '../merging.js'

export const minimum = merging('minimum', 'The smallest of its inputs.')
