import { recurrence } from '../recurrence.js'

export const lstm = recurrence('lstm', 'LSTM', 4, 'Long short-term memory (Hochreiter & Schmidhuber 1997).')
