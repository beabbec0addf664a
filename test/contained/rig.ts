import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { plan } from '../../src/api/validate.js'
import type { PlanOptions } from '../../src/api/options.js'
import type { Planned } from '../../src/api/validate.js'
import { pathField } from '../../src/core/fields.js'
import { defineStep } from '../../src/steps/define-step.js'
import { emptyFolder } from '../rig.js'
import { idx } from '../sources/rig.js'

/** A kind that names a path and looks at nothing: its files are only hashed. */
export const hashing = defineStep({
  kind: 'hashing',
  revision: 1,
  params: Type.Object({ from: pathField('A file or folder.') }, { additionalProperties: false }),
  produces: { file: 'file' },
})

export interface World {
  /** A project with `data/images` and `data/labels`. */
  readonly project: string
  /** A folder beside it with files of the same names. */
  readonly outside: string
}

const pictures = idx(
  8,
  [10, 2, 2],
  Array.from({ length: 40 }, (_, at) => at),
)
export const labels = idx(8, [10], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])

export const put = (path: string, bytes: Uint8Array | string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

export const pipeAt = (path: string): void => void execFileSync('mkfifo', [path])

export const makeWorld = (): World => {
  const folder = realpathSync(emptyFolder())
  const [project, outside] = [join(folder, 'project'), join(folder, 'outside')]
  for (const each of [join(project, 'data'), outside]) {
    put(join(each, 'images'), pictures)
    put(join(each, 'labels'), labels)
  }
  mkdirSync(join(project, '.git'))
  return { project, outside }
}

const own = '\ntrimtab: 1\n'

/** Plans a recipe of that project, as `trimtab plan` does. */
export const planIn = (
  { project }: World,
  text: string,
  more: Partial<PlanOptions> = {},
): Promise<Planned> => {
  put(join(project, 'recipe.yml'), `${own}${text}`)
  return plan({ recipe: 'recipe.yml', cwd: project, kinds: [hashing], env: {}, ...more })
}

/** A dataset of two files. */
export const dataset = (images: string, from = 'data/labels'): string =>
  `steps: {a: {kind: dataset, source: {idx: {images: ${JSON.stringify(images)}, labels: ${JSON.stringify(from)}}}}}\n`

export const codesOf = ({ problems }: Pick<Planned, 'problems'>): string[] => problems.map(({ code }) => code)
