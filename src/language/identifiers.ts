/** Names of steps, params, axes, inputs, outputs and metrics. */
const identifier = /^[A-Za-z][A-Za-z0-9_]*$/
const gateName = /^[A-Za-z][A-Za-z0-9_-]*$/

/** Words and types of CEL, and the names that expressions already have. */
const taken = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var void while ' +
    'int uint double bool string bytes list map type null_type dyn timestamp duration ' +
    'params matrix it prototype'
  ).split(' '),
)

/** Why a text cannot be the name of a step or a param; undefined where it can. */
export const identifierFault = (text: string): { message: string; hint?: string } | undefined => {
  if (taken.has(text))
    return {
      message: `"${text}" is a word of the expression language`,
      hint: `Try "${text}1" or another word.`,
    }
  if (identifier.test(text)) return undefined
  const mended = text
    // `8bit` becomes `bit8`.
    .replace(/^(\d+)[^A-Za-z0-9]*(.+)$/, '$2$1')
    .replace(/^[^A-Za-z]+/, '')
    .replaceAll(/[^A-Za-z0-9_]+(.?)/g, (_, next: string) => next.toUpperCase())
  return {
    message: `"${text}" is no name: a letter, then letters, digits and _`,
    ...(identifier.test(mended) && !taken.has(mended) ? { hint: `Try "${mended}".` } : {}),
  }
}

/** Why a text cannot be the name of a gate; undefined where it can. */
export const gateNameFault = (text: string): { message: string } | undefined =>
  gateName.test(text)
    ? undefined
    : { message: `"${text}" is no name of a gate: a letter, then letters, digits, - and _` }
