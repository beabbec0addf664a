import { basename } from 'node:path'
import type { RunRecord } from '../../store/run-record.js'
import { idPart } from './entities.js'
import { home } from './terms.js'

/** How the entities of one run's crate are called. */
export interface Names {
  /** The recipe: the crate's main entity, and its path there. */
  readonly workflow: string
  readonly run: string
  readonly engine: string
  tool(kind: string): string
  input(kind: string, port: string): string
  output(kind: string, name: string): string
  step(step: string): string
  /** What the recipe gives. */
  result(instance: string, name: string): string
  action(instance: string): string
  control(instance: string): string
}

export const namesOf = ({ id, asked, where }: RunRecord): Names => {
  const workflow = asked.sources[0]?.path ?? basename(asked.recipe)
  const engine = `${home}/v/${where.trimtab}`
  return {
    workflow,
    run: `#run/${id}`,
    engine,
    tool: kind => `${engine}#kind-${idPart(kind)}`,
    input: (kind, port) => `#kind/${idPart(kind)}/in/${idPart(port)}`,
    output: (kind, name) => `#kind/${idPart(kind)}/out/${idPart(name)}`,
    step: step => `${workflow}#${idPart(step)}`,
    result: (instance, name) => `#out/${idPart(instance)}/${idPart(name)}`,
    action: instance => `#action/${idPart(instance)}`,
    control: instance => `#control/${idPart(instance)}`,
  }
}
