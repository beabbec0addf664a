import type { Artifact } from '../../core/artifact.js'
import type { InstanceRecord, RunRecord } from '../../store/run-record.js'

/** An entity of a crate's flat graph. */
export type Entity = Readonly<Record<string, unknown>> & { readonly '@id': string }

export interface Ref {
  readonly '@id': string
}

export const ref = (id: string): Ref => ({ '@id': id })

/** A file of a crate: an object of the store, under the name that it has there. */
export interface CrateFile {
  readonly path: string
  readonly digest: string
}

/** As a part of an `@id`, which is a URI reference, and of a path. */
export const idPart = (text: string): string => text.replace(/[^\w.=-]+/g, '_')

export const hexOf = (digest: string): string => digest.replace(/^sha256:/, '')

/** The term for a digest of what stays behind. */
export const digestTerm = 'https://w3id.org/ro/terms/workflow-run#sha256'

/** schema.org's name for the type of a param's value. */
export const typeOfValue = (value: unknown): string =>
  typeof value === 'number' ? 'Float' : typeof value === 'boolean' ? 'Boolean' : 'Text'

/** A value that a recipe's param had, or a figure that was measured. */
export const propertyValue = (id: string, name: string, value: unknown): Entity => ({
  '@id': id,
  '@type': 'PropertyValue',
  name,
  value: typeof value === 'object' ? JSON.stringify(value) : value,
})

/** What a kind, or the recipe, takes or gives; its examples are what this run took or gave. */
export const formalParameter = (
  id: string,
  name: string,
  examples: readonly { readonly ref: Ref; readonly type: string }[],
): Entity => ({
  '@id': id,
  '@type': 'FormalParameter',
  additionalType: [...new Set(examples.map(({ type }) => type))],
  name,
  workExample: examples.map(each => each.ref),
})

/** An artifact in a crate: a folder with its objects, or, where these stay behind, its digest. */
export interface Laid {
  readonly entity: Entity
  /** Entities of its files. */
  readonly parts: readonly Entity[]
  readonly files: readonly CrateFile[]
  /** For the formal parameters that it fills. */
  readonly type: 'Dataset' | 'Text'
}

export const layArtifact = (
  instance: InstanceRecord,
  output: string,
  artifact: Artifact,
  included: boolean,
  exampleOf: readonly string[],
): Laid => {
  const name = `${output} of ${instance.instance}`
  const example = exampleOf.length > 0 ? { exampleOfWork: exampleOf.map(ref) } : {}
  if (!included)
    return {
      entity: {
        ...propertyValue(`#artifact/${idPart(instance.instance)}/${output}`, name, artifact.digest),
        propertyID: digestTerm,
        ...example,
      },
      parts: [],
      files: [],
      type: 'Text',
    }
  const folder = `artifacts/${idPart(instance.instance)}/${output}/`
  const objects = Object.entries(artifact.objects).map(([part, { digest, bytes }]) => ({
    part,
    path: `${folder}${idPart(part)}`,
    digest,
    bytes,
  }))
  return {
    entity: {
      '@id': folder,
      '@type': 'Dataset',
      name,
      description: `The ${artifact.type} that step ${instance.instance} gave.`,
      identifier: artifact.digest,
      hasPart: objects.map(({ path }) => ref(path)),
      ...example,
    },
    parts: objects.map(({ part, path, digest, bytes }) => ({
      '@id': path,
      '@type': 'File',
      name: `${part} of ${instance.instance}`,
      description: `Part ${part} of the ${artifact.type} that step ${instance.instance} gave.`,
      contentSize: String(bytes),
      encodingFormat: 'application/octet-stream',
      sha256: hexOf(digest),
    })),
    files: objects.map(({ path, digest }) => ({ path, digest })),
    type: 'Dataset',
  }
}

/** Instances that have outputs, in the record's order. */
export const madeIn = (record: RunRecord): readonly InstanceRecord[] =>
  record.instances.filter(({ status }) => status === 'finished' || status === 'reused')
