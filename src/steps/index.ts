import type { AnyStepSpec } from './define-step.js'
import { benchmark } from './benchmark/spec.js'
import { dataset } from './dataset/spec.js'
import { distill } from './distill/spec.js'
import { evaluate } from './evaluate/spec.js'
import { finetune } from './finetune/spec.js'
import { pipeline } from './pipeline/spec.js'
import { prune } from './prune/spec.js'
import { quantize } from './quantize/spec.js'
import { select } from './select/spec.js'
import { train } from './train/spec.js'
import { model } from './model/spec.js'

/** The kinds that Trimtab brings, one line each. */
export const builtInKinds: readonly AnyStepSpec[] = [
  dataset,
  train,
  finetune,
  prune,
  quantize,
  distill,
  model,
  select,
  evaluate,
  benchmark,
  pipeline,
]
