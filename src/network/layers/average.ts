import { merging } from '../merging.js'

export const average = merging('average', 'The mean of its inputs.')
