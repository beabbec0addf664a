import type { Expression, Scope } from '../expression/expression.js'
import type { Decision } from './gate.js'

/** Decides a CEL check over what was measured. An absent metric makes it inconclusive, never a pass. */
export const decideCheck = (check: Expression, scope: Scope): Decision => {
  const evaluated = check.evaluate(scope)
  const asked = check.text
  if (evaluated.ok)
    return { status: evaluated.value === true ? 'pass' : 'fail', asked, found: check.explain(scope) }
  if (evaluated.reason === 'error') return { status: 'inconclusive', asked, found: evaluated.message }
  const names = [...new Set(evaluated.names)]
  return {
    status: 'inconclusive',
    asked,
    found: `${names.join(', ')} ${names.length === 1 ? 'was' : 'were'} not measured`,
    hint: 'Gates read the test split; another is named as in `int8.validation.accuracy`. A step that failed or was skipped measured nothing.',
  }
}
