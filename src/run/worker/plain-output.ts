import type { Metrics } from '../../core/artifact.js'
import type { StepOutput } from '../../core/step-file.js'

const finite = (metrics: Metrics): Metrics =>
  Object.fromEntries(
    Object.entries(metrics).map(([split, figures]) => [
      split,
      Object.fromEntries(Object.entries(figures).filter(([, figure]) => Number.isFinite(figure))),
    ]),
  )

/**
 * An output as it reads when it comes back from a file: plain JSON, so that a fresh result and a reused one are the
 * same value. A metric that is not finite counts as absent (JSON would make it null).
 */
export const plainOutput = (output: StepOutput): StepOutput =>
  JSON.parse(
    JSON.stringify(output.metrics ? { ...output, metrics: finite(output.metrics) } : output),
  ) as StepOutput
