import { recurrence } from '../recurrence.js'

export const gru = recurrence(
  'gru',
  'GRU',
  3,
  'Gated recurrent unit (Cho et al. 2014), reset gate before the product.',
)
