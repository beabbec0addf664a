import { basename } from 'node:path'
import type { RunRecord } from '../../store/run-record.js'
import {
  digestTerm,
  formalParameter,
  hexOf,
  propertyValue,
  ref,
  typeOfValue,
  type Entity,
} from './entities.js'

/** One thing that a recipe takes, with what it was in this run. */
export interface Taken {
  readonly parameter: Entity
  readonly value: Entity
}

const taken = (id: string, name: string, value: Entity, type: string): Taken => ({
  parameter: formalParameter(id, name, [{ ref: ref(value['@id']), type }]),
  value: { ...value, exampleOfWork: ref(id) },
})

/** What a recipe takes: its params by value, the user's files by digest. Their bytes stay where they are. */
export const takenBy = (record: RunRecord): readonly Taken[] => {
  const files = new Map(
    record.instances.flatMap(({ files: own = [] }) => own).map(each => [each.digest, each]),
  )
  return [
    ...Object.entries(record.asked.params).map(([name, value]) =>
      taken(`#param/${name}`, name, propertyValue(`#param/${name}/value`, name, value), typeOfValue(value)),
    ),
    ...[...files.values()].map(({ path, digest }) => {
      const id = `#data/${hexOf(digest).slice(0, 16)}`
      const value = propertyValue(`${id}/digest`, basename(path), digest)
      return taken(id, basename(path), { ...value, propertyID: digestTerm }, 'Text')
    }),
  ]
}
