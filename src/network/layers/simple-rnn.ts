import { recurrence } from '../recurrence.js'

export const simpleRNN = recurrence('simpleRNN', 'SimpleRNN', 1, 'Recurrent layer without gates.')
