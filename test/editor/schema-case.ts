/** A position in a recipe (`‸`) and what an editor with the published schema has to show there. */
export interface Case {
  readonly name: string
  readonly text: string
  /** Labels that must be among the completions. */
  readonly has?: readonly string[]
  /** Labels that must not. */
  readonly lacks?: readonly string[]
  /** What the documentation of completions says, by label. */
  readonly describes?: Readonly<Record<string, RegExp>>
  /** What is written by a completion, by label. */
  readonly writes?: Readonly<Record<string, string>>
  /** All messages, in order. Absent: not looked at, as in half-written texts. */
  readonly says?: readonly (string | RegExp)[]
  readonly hover?: RegExp
}

export const recipe = (...lines: string[]): string => ['trimtab: 1', 'steps:', ...lines, ''].join('\n')
export const step = (...lines: string[]): string => recipe('  a:', ...lines.map(line => `    ${line}`))
export const layers = (...lines: string[]): string =>
  step('kind: train', 'data: d', 'model:', '  layers:', ...lines.map(line => `    ${line}`))
export const gate = (...lines: string[]): string =>
  recipe('  a: {kind: model, source: {tfjs: m}}', 'gates:', ...lines.map(line => `  ${line}`))
export const param = (...lines: string[]): string =>
  recipe('  a: {kind: model, source: {tfjs: m}}', 'params:', ...lines.map(line => `  ${line}`))
/** A recipe that stands on another. */
export const extending = (...lines: string[]): string =>
  ['trimtab: 1', 'extends: base.yml', 'steps:', ...lines.map(line => `  ${line}`), ''].join('\n')
