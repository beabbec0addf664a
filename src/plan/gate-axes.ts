import { instanceName, parseInstanceName } from '../core/instance-name.js'
import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import type { Path } from '../core/problem.js'
import { problem } from '../core/problem.js'
import type { Gate, Recipe, Reference, Step, Variant } from '../language/recipe.js'
import type { PlannedGate } from './gate-rows.js'
import type { NameFault } from './metric-names.js'
import type { Problems } from './placed.js'

/** Tells of a fault at a place inside a gate. */
export const say = (gate: Gate, path: Path, fault: Omit<NameFault, 'segment'>, problems: Problems): void => {
  const { code, message, hint } = fault
  problems.add(problem(code, message, { at: gate.locate(path), ...(hint === undefined ? {} : { hint }) }))
}

/** What is wrong with the axes that a name pins; undefined where it names instances that there are. */
const pinFault = (
  name: string,
  pins: Reference['pins'],
  step: Step,
): Omit<NameFault, 'segment'> | undefined => {
  for (const axis of Object.keys(pins)) {
    if (Object.hasOwn(step.axes, axis)) continue
    const known = Object.keys(step.axes)
    const hint =
      known.length === 0 ? 'It has no matrix.' : (didYouMean(axis, known) ?? `Its axes: ${listed(known)}.`)
    return { code: 'unknown-axis', message: `step "${step.id}" has no axis "${axis}"`, hint }
  }
  const fits = ({ labels }: Variant): boolean =>
    Object.entries(pins).every(([axis, label]) => labels[axis] === label)
  if (step.variants.some(fits)) return undefined
  const names = step.variants.map(({ labels }) => instanceName(step.id, { axes: labels }))
  return {
    code: 'unknown-instance',
    message: `step "${step.id}" has no instance "${name}"`,
    hint: didYouMean(name, names) ?? `There are: ${listed(names)}.`,
  }
}

/** Checks the step that a gate is judged for each instance of. */
export const checkEach = (gate: Gate, recipe: Recipe, problems: Problems): void => {
  if (!gate.each) return
  const { step: id } = gate.each
  const step = recipe.steps.find(each => each.id === id)
  const ids = recipe.steps.map(each => each.id)
  const { pins } = gate.each
  const pinned = step && pinFault(instanceName(id, { axes: pins }), pins, step)
  if (!step)
    say(
      gate,
      ['each'],
      {
        code: 'unknown-step',
        message: `there is no step "${id}"`,
        hint: didYouMean(id, ids) ?? `There are: ${ids.join(', ')}.`,
      },
      problems,
    )
  else if (step.poisoned) return
  else if (gate.each.member !== undefined || gate.each.output !== undefined)
    say(
      gate,
      ['each'],
      {
        code: 'gate-each',
        message: 'each names a step, and no member or output of it',
        hint: `Write each: ${step.id}.`,
      },
      problems,
    )
  else if (pinned) say(gate, ['each'], pinned, problems)
  else if (Object.keys(step.axes).length === 0)
    say(
      gate,
      ['each'],
      {
        code: 'gate-each',
        message: `"${id}" carries no matrix, so there is nothing to judge each of`,
        hint: 'Remove `each`.',
      },
      problems,
    )
}

/** A gate that compares two models takes one of each; true where it does. */
export const checkOne = (
  gate: PlannedGate & { form: 'nonInferior' | 'faster' },
  recipe: Recipe,
  problems: Problems,
) => {
  let ok = true
  const tell = (key: string, fault: Omit<NameFault, 'segment'>): void => {
    ok = false
    say(gate, [gate.form, key], fault, problems)
  }
  for (const key of ['candidate', 'reference'] as const) {
    const name = gate[key]
    const whole = gate.bind(name)
    const dot = name.indexOf('.')
    const bound = whole ?? gate.bind(name.slice(0, Math.max(0, dot)))?.measures?.[name.slice(dot + 1)]
    const parsed = parseInstanceName(name)
    const step = recipe.steps.find(({ id }) => id === parsed?.step)
    const fault = step && !step.poisoned && pinFault(name, parsed?.pins ?? {}, step)
    if (fault) tell(key, fault)
    else if (bound?.list && !bound.measures) {
      const first = bound.instances[0]?.id
      tell(key, {
        code: 'gate-list',
        message: `"${name}" has ${bound.instances.length} instances here, and ${gate.form} compares one`,
        hint: `Give the gate \`each: ${parsed?.step ?? name}\`${whole && first ? `, or name one: "${first}"` : ''}.`,
      })
    }
  }
  return ok
}
