import { basename } from 'node:path'
import type { RunRecord } from '../../store/run-record.js'
import { hexOf, madeIn } from './entities.js'
import { home } from './terms.js'

/** What a run of a recipe is built by, as SLSA calls it: docs/provenance.md says what its parameters mean. */
const buildType = 'https://unpkg.com/trimtab/docs/provenance.md#recipe-run-v1'

const resource = (name: string, digest: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name,
  ...more,
  digest: { sha256: hexOf(digest) },
})

/** Each once: two steps may give the same bytes. */
const distinct = <T extends { readonly name: string }>(items: readonly T[]): T[] => [
  ...new Map(items.map(item => [item.name, item])).values(),
]

/**
 * A run as an in-toto Statement v1 with SLSA Provenance v1: the objects that it gave, made from these texts and data
 * files, with these params. It is not signed: that is for whoever vouches for the machine. `recordDigest`: of its `run.json`.
 */
export const statementOf = (record: RunRecord, recordDigest: string, builder: string) => {
  const { asked, where } = record
  const made = madeIn(record)
  const subject = made.flatMap(({ instance, output }) =>
    Object.entries(output?.outputs ?? {}).flatMap(([name, artifact]) =>
      Object.entries(artifact.objects).map(([part, { digest }]) =>
        resource(`${instance}/${name}/${part}`, digest),
      ),
    ),
  )
  const files = made.flatMap(({ files: named = [] }) => named)
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          recipe: { path: asked.sources[0]?.path ?? basename(asked.recipe), digest: asked.recipeDigest },
          params: asked.params,
          engine: asked.engine,
          ...(asked.only ? { only: asked.only } : {}),
          ...(asked.sweep ? { sweep: asked.sweep } : {}),
        },
        internalParameters: {
          engine: where.engine,
          machine: where.machine,
          keys: Object.fromEntries(made.flatMap(({ instance, key }) => (key ? [[instance, key]] : []))),
        },
        resolvedDependencies: [
          ...distinct(asked.sources.map(({ path, digest }) => resource(path, digest))),
          ...distinct(files.map(({ path, digest }) => resource(basename(path), digest))),
          { name: 'trimtab', uri: `pkg:npm/trimtab@${where.trimtab}` },
          ...(where.commit ? [{ name: 'project', digest: { gitCommit: where.commit } }] : []),
        ],
      },
      runDetails: {
        builder: { id: builder, version: { trimtab: where.trimtab, node: where.node } },
        metadata: {
          invocationId: record.id,
          startedOn: record.started,
          finishedOn: new Date(Date.parse(record.started) + record.seconds * 1000).toISOString(),
        },
        byproducts: [resource('run.json', recordDigest, { mediaType: 'application/json' })],
      },
    },
  }
}

/** The builder of a machine that nobody vouches for. */
export const localBuilder = `${home}#local`
