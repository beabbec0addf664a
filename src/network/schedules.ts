import { Type, type Static, type TUnsafe } from 'typebox'
import { cosineOfTurns } from '../core/portable/cosine.js'
import { power } from '../core/portable/power.js'
import type { Fault, Path } from '../core/problem.js'
import { parseMoment } from '../core/units.js'
import { resolveVariant, variantProperties, type Variant } from './variants.js'

const momentPattern = '^\\d+(\\.\\d+)? *(epochs?|steps?)$'
const moment = (description: string, preset?: string) =>
  Type.String({
    pattern: momentPattern,
    description: `${description} Written \`2 epochs\` or \`50 steps\`.`,
    ...(preset === undefined ? {} : { default: preset }),
  })

interface Bounds {
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
}

const ramp = (bounds: Bounds) => ({
  from: Type.Number({ ...bounds, description: 'Value until `begin`.' }),
  to: Type.Number({ ...bounds, description: 'Value from `end` on.' }),
  begin: moment('When it starts to change.', '0 steps'),
  end: moment('When it has reached `to`.'),
  every: moment('It changes only this often, counted from `begin`.', '1 step'),
})

const tableOf = (bounds: Bounds) => ({
  polynomial: Type.Object(
    {
      ...ramp(bounds),
      power: Type.Number({
        exclusiveMinimum: 0,
        default: 3,
        description: 'Exponent; 1 is a straight line, 3 the usual one for sparsity.',
      }),
    },
    { description: 'to + (from − to) · (1 − p)^power, p the share of the way (Zhu & Gupta 2017, eq. 1).' },
  ),
  exponential: Type.Object(ramp(bounds), {
    description: 'from · (to / from)^p, p the share of the way; both ends above 0.',
  }),
  cosine: Type.Object(ramp(bounds), {
    description: 'to + (from − to) · (1 + cos πp) / 2, p the share of the way (Loshchilov & Hutter 2017).',
  }),
  step: Type.Object(
    {
      from: Type.Number({ ...bounds, description: 'Value at first.' }),
      factor: Type.Number({ exclusiveMinimum: 0, description: 'Multiplies the value each time.' }),
      every: moment('Time between two changes.'),
      begin: moment('When the first stretch of `every` starts.', '0 steps'),
    },
    { description: 'from · factor^k after k stretches of `every`.' },
  ),
  piecewise: Type.Object(
    {
      values: Type.Array(Type.Number({ ...bounds }), { minItems: 2, description: 'The values, in order.' }),
      at: Type.Array(moment('A change.'), {
        minItems: 1,
        description: 'When each value after the first begins; one fewer than `values`.',
      }),
    },
    { description: 'One value after another.' },
  ),
})

type Table = ReturnType<typeof tableOf>
/** A schedulable number as it stands in a checked config. */
export type Schedule = number | Exclude<Variant<Table>, string>

const table = tableOf({})

/** A field that takes a number, or a schedule of it over the steps of training. */
export const schedulableNumber = (
  options: Bounds & { readonly description: string; readonly default?: number },
): TUnsafe<Schedule> => {
  const { description, default: preset, ...bounds } = options
  return Type.Unsafe<Schedule>({
    type: ['number', 'object'],
    ...bounds,
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    properties: variantProperties(tableOf(bounds)),
    description: `${description} A number, or a schedule of it over training.`,
    ...(preset === undefined ? {} : { default: preset }),
  })
}

/** The learning rate of an optimizer. */
export const learningRateField = (preset: number) =>
  schedulableNumber({ minimum: 0, default: preset, description: 'Learning rate.' })

const stepsOf = (text: string, stepsPerEpoch: number): number => {
  const parsed = parseMoment(text)
  if (!parsed) throw new Error(`not a moment: ${text}`)
  return Math.round(parsed.unit === 'epoch' ? parsed.count * stepsPerEpoch : parsed.count)
}

type Ramp = Static<Table['cosine']>

/** Share of the way from `begin` to `end`, in stairs of `every`. */
const progress = (ramp: Ramp, step: number, stepsPerEpoch: number): number => {
  const begin = stepsOf(ramp.begin, stepsPerEpoch)
  const end = stepsOf(ramp.end, stepsPerEpoch)
  if (step >= end) return 1
  if (step <= begin) return 0
  const every = Math.max(1, stepsOf(ramp.every, stepsPerEpoch))
  return (Math.floor((step - begin) / every) * every) / (end - begin)
}

/** The value of a schedule at a training step (0 is the first). */
export const scheduleValue = (schedule: Schedule, stepIndex: number, stepsPerEpoch: number): number => {
  if (typeof schedule === 'number') return schedule
  const form = resolveVariant(table, schedule)
  switch (form.type) {
    case 'polynomial': {
      const p = progress(form, stepIndex, stepsPerEpoch)
      return p === 1 ? form.to : form.to + (form.from - form.to) * power(1 - p, form.power)
    }
    case 'exponential': {
      const p = progress(form, stepIndex, stepsPerEpoch)
      return p === 1 ? form.to : form.from * power(form.to / form.from, p)
    }
    case 'cosine': {
      const p = progress(form, stepIndex, stepsPerEpoch)
      return p === 1 ? form.to : form.to + ((form.from - form.to) * (1 + cosineOfTurns(p / 2))) / 2
    }
    case 'step': {
      const since = stepIndex - stepsOf(form.begin, stepsPerEpoch)
      const every = Math.max(1, stepsOf(form.every, stepsPerEpoch))
      return form.from * power(form.factor, Math.max(0, Math.floor(since / every)))
    }
    case 'piecewise': {
      const passed = form.at.filter(at => stepIndex >= stepsOf(at, stepsPerEpoch)).length
      return form.values[passed]!
    }
  }
}

const isLater = (a: string, b: string): boolean => {
  const [first, second] = [parseMoment(a), parseMoment(b)]
  // Epochs against steps can only be compared once the length of an epoch is known; 0 is 0 in both.
  if (!first || !second || (first.unit !== second.unit && first.count !== 0)) return true
  return second.count > first.count
}

/** What a schema cannot say of a schedule: order of moments, counts, signs. Paths start at `path`. */
export const scheduleFaults = (schedule: Schedule | undefined, path: Path): Fault[] => {
  if (schedule === undefined || typeof schedule === 'number') return []
  const form = resolveVariant(table, schedule)
  const fault = (key: string, message: string): Fault => ({
    code: 'schedule',
    message,
    path: [...path, form.type, key],
  })
  if (form.type === 'piecewise') {
    if (form.values.length !== form.at.length + 1)
      return [
        fault(
          'at',
          `${form.values.length} values need ${form.values.length - 1} ${form.values.length === 2 ? 'change' : 'changes'}, and "at" lists ${form.at.length}`,
        ),
      ]
    return form.at
      .slice(1)
      .flatMap((at, index) =>
        isLater(form.at[index]!, at) ? [] : [fault('at', `"${at}" does not come after "${form.at[index]}"`)],
      )
  }
  if (form.type === 'step') return []
  const faults = isLater(form.begin, form.end)
    ? []
    : [fault('end', `end "${form.end}" does not come after begin "${form.begin}"`)]
  if (form.type === 'exponential')
    for (const key of ['from', 'to'] as const)
      if (form[key] <= 0)
        faults.push(fault(key, `"${key}" of an exponential schedule must be above 0, and is ${form[key]}`))
  return faults
}
