import type { Paint } from './paint.js'
import { wrap } from './wrap.js'

/** A recipe as its users see it: what it is for, and its knobs. */
export interface RecipeManual {
  /** As it was named. */
  readonly recipe: string
  readonly description?: string
  readonly params: readonly ParamManual[]
  /** What it takes from a recipe around it; with some that are needed it does not run by itself. */
  readonly inputs: readonly InputManual[]
  /** Names under which it hands out what it makes, each with the step behind it. */
  readonly outputs: readonly { readonly name: string; readonly step: string }[]
  readonly steps: readonly { readonly id: string; readonly kind: string }[]
  readonly gates: readonly string[]
  /** Errors inside the recipe, besides params that wait for a value. */
  readonly faults: number
}

export interface ParamManual {
  readonly name: string
  /** Environment variable that sets it. */
  readonly variable: string
  /** Absent where its declaration is faulty. */
  readonly type?: string
  readonly default?: unknown
  readonly required: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly unknown[]
  readonly description?: string
  /** Value that the command line or the environment gives it now. */
  readonly set?: unknown
}

export interface InputManual {
  readonly name: string
  readonly type: string
  readonly optional: boolean
  readonly description?: string
}

const valueText = (value: unknown): string =>
  typeof value === 'string' && value !== '' ? value : JSON.stringify(value)

/** `number from 0 to 0.95`, `integer, at least 1`, `string: l1 or l2`. */
const typeText = ({ type, minimum, maximum, enum: values }: ParamManual): string => {
  if (type === undefined) return 'its declaration has a mistake'
  if (values) return `${type}: ${values.map(valueText).join(' or ')}`
  if (minimum !== undefined && maximum !== undefined) return `${type} from ${minimum} to ${maximum}`
  if (minimum !== undefined) return `${type}, at least ${minimum}`
  return maximum === undefined ? type : `${type}, at most ${maximum}`
}

const inputNote = ({ optional }: InputManual): string => (optional ? 'optional' : 'required')

const noteOf = (param: ParamManual): string => {
  const own = param.required
    ? 'required'
    : param.default === undefined
      ? ''
      : `default ${valueText(param.default)}`
  const set = 'set' in param ? `now ${valueText(param.set)}` : ''
  return [own, set].filter(text => text !== '').join(', ')
}

/** A value that a param may have, for an example. */
const sampleOf = ({ type, default: fallback, minimum, maximum, enum: values }: ParamManual): string => {
  if (fallback !== undefined) return valueText(fallback)
  if (values) return valueText(values[0])
  if (type === 'number' || type === 'integer') return String(minimum ?? maximum ?? 1)
  return type === 'boolean' ? 'true' : type === 'path' ? 'PATH' : 'TEXT'
}

const shell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** How a recipe that takes something is used: it does not run by itself. */
const usesOf = ({ recipe, inputs, params }: RecipeManual): string[] => {
  const needed = inputs.filter(({ optional }) => !optional)
  const steps = needed.map(({ name, type }) => `${name} (${type})`).join(' and ')
  const given = needed.map(({ name }) => `${name}: STEP`).join(', ')
  const first = params.find(({ type }) => type !== undefined)
  const set = first ? `, params: {${first.name}: ${sampleOf(first)}}` : ''
  return [
    `extends: ${recipe}  # and steps ${steps}`,
    `made: {kind: pipeline, uses: ${recipe}, inputs: {${given}}${set}}`,
  ]
}

/** What must be given, else the first that may be. */
const examplesOf = (manual: RecipeManual, command: string): string[] => {
  if (manual.inputs.some(({ optional }) => !optional)) return usesOf(manual)
  const usable = manual.params.filter(({ type }) => type !== undefined)
  const required = usable.filter(param => param.required)
  const shown = required.length > 0 ? required : usable.slice(0, 1)
  const given = shown.map(param => ` --set ${shell(`${param.name}=${sampleOf(param)}`)}`).join('')
  const first = shown[0]
  return [
    `${command} ${shell(manual.recipe)}${given}`,
    ...(first && shown.length === 1
      ? [`${first.variable}=${shell(sampleOf(first))} ${command} ${shell(manual.recipe)}`]
      : []),
  ]
}

/** A recipe's own params as a page of a manual. `command`: what its examples begin with. */
export const manualLines = (
  manual: RecipeManual,
  command: string,
  paint: Paint,
  columns: number,
): string[] => {
  const wide = Math.max(40, Math.min(columns, 110))
  const { params, inputs, outputs, steps, gates, faults } = manual
  const port = (input: InputManual): string[] => [
    `  ${paint.bold(input.name)}  ${paint.cyan(input.type)}  ${paint.dim(inputNote(input))}`,
    ...wrap(input.description ?? '', wide - 6).map(line => `      ${line}`),
  ]
  const entry = (param: ParamManual): string[] => {
    const note = noteOf(param)
    return [
      `  ${paint.bold(param.name)}  ${paint.cyan(typeText(param))}${note === '' ? '' : `  ${paint.dim(note)}`}`,
      ...wrap(param.description ?? '', wide - 6).map(line => `      ${line}`),
      paint.dim(`      --set ${param.name}=… or ${param.variable}=…`),
    ]
  }
  const section = (title: string, lines: readonly string[]): string[] => ['', paint.dim(title), ...lines]
  const listed = (texts: readonly string[]): string[] =>
    wrap(texts.join(', '), wide - 2).map(line => `  ${line}`)
  return [
    paint.bold(manual.recipe),
    ...wrap(manual.description ?? '', wide),
    ...(inputs.length > 0 ? section('INPUTS', inputs.flatMap(port)) : []),
    ...section('PARAMS', params.length > 0 ? params.flatMap(entry) : ['  It has none.']),
    ...(outputs.length > 0
      ? section('OUTPUTS', listed(outputs.map(({ name, step }) => `${name} (${step})`)))
      : []),
    ...section('STEPS', listed(steps.map(({ id, kind }) => `${id} (${kind})`))),
    ...(gates.length > 0 ? section('GATES', listed(gates)) : []),
    ...section(
      'EXAMPLES',
      examplesOf(manual, command).map(line => `  ${line}`),
    ),
    ...(faults > 0
      ? [
          '',
          paint.yellow(
            `The recipe has ${faults} ${faults === 1 ? 'mistake' : 'mistakes'}: \`trimtab validate ${manual.recipe}\` shows ${faults === 1 ? 'it' : 'them'}.`,
          ),
        ]
      : []),
  ]
}

/** Several recipes, each with what it is for. */
export const manualsLines = (manuals: readonly RecipeManual[], paint: Paint, columns: number): string[] => {
  const wide = Math.max(40, Math.min(columns, 110))
  return [
    ...manuals.flatMap(({ recipe, description, inputs }) => [
      `${paint.bold(recipe)}  ${paint.dim(`takes ${inputs.map(({ name }) => name).join(', ')}`)}`,
      ...wrap(description ?? '', wide - 4).map(line => `    ${line}`),
    ]),
    '',
    paint.dim('trimtab pipelines NAME shows one whole.'),
  ]
}
