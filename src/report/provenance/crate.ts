import { basename } from 'node:path'
import type { Event } from '../../core/event.js'
import type { RunRecord, SourceRef } from '../../store/run-record.js'
import { actionsOf } from './actions.js'
import { layArtifacts } from './artifacts.js'
import { hexOf, idPart, madeIn, propertyValue, ref, type CrateFile, type Entity } from './entities.js'
import { namesOf } from './names.js'
import { takenBy } from './taken.js'
import { context, home, profiles } from './terms.js'
import { toolsOf } from './tools.js'

export interface CrateOptions {
  readonly record: RunRecord
  /** Of the run: when its steps started and ended. Empty where it is lost. */
  readonly journal: readonly Event[]
  /** Artifacts whose bytes come along: all, models alone, or none (their digests do). */
  readonly objects: 'all' | 'models' | 'none'
  /** URI, or words, of the licence of recipe and models. */
  readonly license: string
  /** Who ran it. Absent: not said. */
  readonly agent?: string
}

export interface Crate {
  /** `ro-crate-metadata.json`. */
  readonly metadata: unknown
  /** `README.md`. */
  readonly readme: string
  readonly files: readonly CrateFile[]
}

/** A list of one as that one, as the flattened form of JSON-LD has it. */
const flat = (entity: Entity): Entity =>
  Object.fromEntries(
    Object.entries(entity).map(([name, value]) => [
      name,
      Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value,
    ]),
  ) as Entity

const isUri = (text: string): boolean => /^https?:/.test(text)

const figuresOf = (record: RunRecord): readonly Entity[] =>
  madeIn(record).flatMap(({ instance, output }) =>
    Object.entries(output?.metrics ?? {}).flatMap(([split, values]) =>
      Object.entries(values).map(([name, value]) =>
        propertyValue(`#metric/${idPart(instance)}/${split}/${name}`, `${instance}.${split}.${name}`, value),
      ),
    ),
  )

const verdictsOf = (record: RunRecord): readonly Entity[] =>
  record.verdicts.map(({ gate, status, asked, found }) => ({
    ...propertyValue(`#gate/${idPart(gate)}`, `gate ${gate}`, status),
    description: `${asked}: ${found}`,
  }))

const readmeOf = ({ id, asked, where, outcome, verdicts }: RunRecord, workflow: string): string =>
  [
    `# Run ${id}`,
    '',
    asked.description ?? `What Trimtab made of ${workflow}.`,
    '',
    `- \`${workflow}\`: the recipe. \`run.json\`: Trimtab's record of the run. \`artifacts/\`: what its steps gave.`,
    '- `ro-crate-metadata.json`: the same as a Provenance Run Crate 0.5.',
    `- Outcome: ${outcome}, by Trimtab ${where.trimtab} on Node ${where.node}.`,
    ...verdicts.map(
      ({ gate, status, asked: what, found }) => `- Gate ${gate}: ${status} (${what}: ${found}).`,
    ),
    '',
  ].join('\n')

const sourceEntity = ({ path, digest, bytes }: SourceRef): Entity => ({
  '@id': path,
  '@type': 'File',
  name: basename(path),
  description: 'A text that the recipe is made of.',
  encodingFormat: /\.ya?ml$/.test(path) ? 'application/yaml' : 'text/javascript',
  contentSize: String(bytes),
  sha256: hexOf(digest),
})

/** What stands beside a run and is no part of it: who, in what words, under which licence. */
const aroundOf = ({ where }: RunRecord, engine: string, license: string, agent?: string): Entity[] => [
  ...profiles,
  ...(isUri(license)
    ? [{ '@id': license, '@type': 'CreativeWork', name: license, description: 'Licence.' }]
    : []),
  ...(agent === undefined ? [] : [{ '@id': '#agent', '@type': 'Person', name: agent }]),
  {
    '@id': '#language',
    '@type': 'ComputerLanguage',
    name: 'Trimtab recipe',
    version: '1',
    url: ref(home),
    identifier: ref(home),
  },
  {
    '@id': engine,
    '@type': 'SoftwareApplication',
    name: 'Trimtab',
    description: `Trimtab ${where.trimtab} on Node ${where.node}, engine ${where.engine.name} ${where.engine.version}, ${where.machine}.`,
    url: home,
    version: where.trimtab,
  },
  { '@id': home, '@type': 'WebPage', name: 'Trimtab' },
]

/** A run as a Provenance Run Crate 0.5 (and so as a Workflow Run Crate): its JSON-LD, and the objects that lie beside it. */
export const crateOf = ({ record, journal, objects, license, agent }: CrateOptions): Crate => {
  const { asked } = record
  const names = namesOf(record)
  const ran = record.instances.filter(({ status }) => status !== 'skipped')
  const kinds = [...new Set(ran.map(({ kind }) => kind))]
  const steps = [...new Map(ran.map(each => [each.step, each])).values()]
  const [main, ...others] = asked.sources
  const sources = others.filter(({ path }) => !path.startsWith('/') && !path.startsWith('trimtab:'))
  const artifacts = layArtifacts(record, names, objects)
  const taken = takenBy(record)
  const figures = [...figuresOf(record), ...verdictsOf(record)]
  const actions = actionsOf({
    record,
    journal,
    ran,
    names,
    artifacts,
    taken: taken.map(({ value }) => ref(value['@id'])),
    measured: figures.map(each => ref(each['@id'])),
    ...(agent === undefined ? {} : { agent: ref('#agent') }),
  })
  const licence = isUri(license) ? ref(license) : license
  const folders = artifacts.all.filter(({ type }) => type === 'Dataset')

  const metadata: Entity = {
    '@id': 'ro-crate-metadata.json',
    '@type': 'CreativeWork',
    about: ref('./'),
    conformsTo: [
      ref('https://w3id.org/ro/crate/1.1'),
      ref('https://w3id.org/workflowhub/workflow-ro-crate/1.0'),
    ],
  }
  const root: Entity = {
    '@id': './',
    '@type': 'Dataset',
    name: `Run ${record.id} of ${names.workflow}`,
    description: asked.description ?? `What Trimtab made of ${names.workflow}.`,
    datePublished: record.started,
    license: licence,
    ...(agent === undefined ? {} : { author: ref('#agent') }),
    conformsTo: profiles.map(each => ref(each['@id'])),
    mainEntity: ref(names.workflow),
    hasPart: [
      ref(names.workflow),
      ref('run.json'),
      ref('README.md'),
      ...sources.map(({ path }) => ref(path)),
      ...folders.map(({ entity }) => ref(entity['@id'])),
    ],
    mentions: [actions.whole, ...actions.steps].map(each => ref(each['@id'])),
  }
  const workflow: Entity = {
    '@id': names.workflow,
    '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow', 'HowTo'],
    name: basename(names.workflow),
    description: asked.description ?? 'A Trimtab recipe.',
    programmingLanguage: ref('#language'),
    encodingFormat: 'application/yaml',
    url: home,
    version: main ? hexOf(main.digest).slice(0, 12) : '1',
    ...(main ? { sha256: hexOf(main.digest), contentSize: String(main.bytes) } : {}),
    hasPart: kinds.map(kind => ref(names.tool(kind))),
    input: taken.map(({ parameter }) => ref(parameter['@id'])),
    output: artifacts.results.map(each => ref(each['@id'])),
    step: steps.map(({ step }) => ref(names.step(step))),
  }
  const howTo = steps.map(({ step, kind }, at): Entity => ({
    '@id': names.step(step),
    '@type': 'HowToStep',
    name: step,
    description: `Step ${step} of kind ${kind}.`,
    position: String(at + 1),
    workExample: ref(names.tool(kind)),
  }))
  const own: readonly Entity[] = [
    {
      '@id': 'run.json',
      '@type': 'File',
      name: 'run.json',
      description: "Trimtab's own record of the run.",
      encodingFormat: 'application/json',
    },
    {
      '@id': 'README.md',
      '@type': 'File',
      name: 'README.md',
      description: 'What lies in this folder, for people.',
      about: ref('./'),
      encodingFormat: 'text/markdown',
    },
  ]
  return {
    metadata: {
      '@context': context,
      '@graph': [
        metadata,
        root,
        ...aroundOf(record, names.engine, license, agent),
        workflow,
        ...taken.flatMap(({ parameter, value }) => [parameter, value]),
        ...artifacts.results,
        ...howTo,
        ...toolsOf(record, kinds, names, artifacts),
        actions.organize,
        ...actions.control,
        actions.whole,
        ...actions.steps,
        ...figures,
        ...artifacts.all.flatMap(({ entity, parts }) => [entity, ...parts]),
        ...own,
        ...sources.map(sourceEntity),
      ].map(flat),
    },
    readme: readmeOf(record, names.workflow),
    files: [
      ...(main ? [{ path: names.workflow, digest: main.digest }] : []),
      ...sources.map(({ path, digest }) => ({ path, digest })),
      ...artifacts.all.flatMap(({ files }) => files),
    ],
  }
}
