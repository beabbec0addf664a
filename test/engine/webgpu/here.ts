import { probeEngines } from '../../../src/engine/probe.js'

const report = (await probeEngines()).find(({ name }) => name === 'webgpu')!

/** Why tests of WebGPU do not run here; undefined where they do. */
export const whyNoWebgpu = report.available
  ? undefined
  : `did not run, since there is no WebGPU here: ${report.why} ${report.hint} (node scripts/install-lavapipe.mjs)`
