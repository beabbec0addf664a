import { merging } from '../merging.js'

export const maximum = merging('maximum', 'The largest of its inputs.')
