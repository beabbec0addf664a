import { merging } from '../merging.js'

export const add = merging('add', 'The sum of its inputs.')
