import { resolveNetwork } from '../network/architecture.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { Entry } from './node.js'
import type { Reporter } from './reporter.js'
import { placeOfFault } from './tell-faults.js'

/** Fields of a kind that hold an architecture: the mark stands on the list of its layers. */
export const architecturesOf = (spec: AnyStepSpec): string[] =>
  Object.entries(spec.params.properties).flatMap(([name, field]) => {
    const layers = (field as { properties?: { layers?: Readonly<Record<string, unknown>> } }).properties
      ?.layers
    return layers?.['x-trimtab'] === 'layers' ? [name] : []
  })

/**
 * Reports what is wrong with the layers of a step that has a fault elsewhere. The planner, which carries shapes
 * through the layers of sound steps, leaves such a step out, and its layers' mistakes would come one run later.
 */
export const tellLayers = (
  spec: AnyStepSpec,
  config: Readonly<Record<string, unknown>>,
  whole: Entry,
  reporter: Reporter,
): void => {
  for (const field of architecturesOf(spec)) {
    const written = config[field]
    if (typeof written !== 'object' || written === null || Array.isArray(written)) continue
    const { layers } = written as { layers?: unknown }
    if (!Array.isArray(layers) || layers.length === 0) continue
    for (const { code, message, path, on = 'value', hint } of resolveNetwork({ layers }, undefined).faults) {
      reporter.report(code, message, placeOfFault({ path: [field, ...(path ?? [])], on }, whole), hint)
    }
  }
}
