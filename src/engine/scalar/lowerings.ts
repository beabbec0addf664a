import { lanes32 } from './lanes-32.js'
import { lanes64 } from './lanes-64.js'
import { lanesMemory } from './lanes-memory.js'
import { lanesSmall } from './lanes-small.js'
import { lanesValues } from './lanes-values.js'

/** What stands in for each vector instruction, by its code. */
export const lowerings = new Map([...lanesMemory, ...lanesValues, ...lanes32, ...lanes64, ...lanesSmall])
