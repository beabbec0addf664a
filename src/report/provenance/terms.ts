/**
 * The JSON-LD context: RO-Crate 1.1's, and those terms of the Workflow Run vocabulary that we use, spelt out so that a
 * reader needs no second download.
 */
export const context = [
  'https://w3id.org/ro/crate/1.1/context',
  {
    ParameterConnection: 'https://w3id.org/ro/terms/workflow-run#ParameterConnection',
    connection: 'https://w3id.org/ro/terms/workflow-run#connection',
    sourceParameter: 'https://w3id.org/ro/terms/workflow-run#sourceParameter',
    targetParameter: 'https://w3id.org/ro/terms/workflow-run#targetParameter',
    sha256: 'https://w3id.org/ro/terms/workflow-run#sha256',
  },
]

/** The profiles that a crate keeps to: Leo et al., "Recording provenance of workflow runs with RO-Crate", 2024. */
export const profiles = [
  {
    '@id': 'https://w3id.org/ro/wfrun/process/0.5',
    '@type': 'CreativeWork',
    name: 'Process Run Crate',
    version: '0.5',
  },
  {
    '@id': 'https://w3id.org/ro/wfrun/workflow/0.5',
    '@type': 'CreativeWork',
    name: 'Workflow Run Crate',
    version: '0.5',
  },
  {
    '@id': 'https://w3id.org/ro/wfrun/provenance/0.5',
    '@type': 'CreativeWork',
    name: 'Provenance Run Crate',
    version: '0.5',
  },
  {
    '@id': 'https://w3id.org/workflowhub/workflow-ro-crate/1.0',
    '@type': 'CreativeWork',
    name: 'Workflow RO-Crate',
    version: '1.0',
  },
] as const

/** Where the package is described. */
export const home = 'https://www.npmjs.com/package/trimtab'
