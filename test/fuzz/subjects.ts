import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtInKinds } from '../../src/steps/index.js'
import type { AnyStepSpec } from '../../src/steps/define-step.js'
import { kinds as fakeKinds } from '../language/kinds.js'
import { kinds as planKinds } from '../plan/rig.js'
import { idx } from '../sources/rig.js'

/** A sound recipe that is to be damaged, and the kinds that read it. */
export interface Subject {
  readonly name: string
  readonly kinds: readonly AnyStepSpec[]
  readonly text: string
}

/** Everything that a recipe may have. */
export const wholeRecipe = `trimtab: 1
description: Everything that a recipe may have.
seed: 7
params:
  epochs: {type: integer, default: 3, minimum: 1}
  share: 0.5
  name: tiny
x-shared: &small {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 100}}
    split: {train: 0.9, validation: 0.1}
    normalize: {divide: 255}
  base:
    kind: train
    data: digits
    model: *small
    optimizer: {adam: {learningRate: {polynomial: {from: 0.1, to: 0, end: 2 epochs}}}}
    epochs: \${{ params.epochs }}
    timeout: 30m
    resources: {threads: 2}
  pruned: {kind: prune, model: base, sparsity: "\${{ params.share / 2 }}", rules: [{layers: "\${{ params.name }}*", sparsity: 0.1}]}
  int8: {kind: quantize, model: pruned, data: digits, range: [0, 1], needs: [base]}
  student:
    kind: distill
    teachers: [base]
    data: digits
    model: {layers: [flatten]}
    epochs: 2
    # a comment
  scores: {kind: evaluate, models: [base, int8, student], data: digits, reference: base.model}
gates:
  kept: {check: int8.accuracy >= base.accuracy - 0.01}
  folded:
    check: >-
      int8.bytes * 4 <=
      base.bytes
  held: {nonInferior: {candidate: int8, reference: base, metric: accuracy, margin: 0.01}}
`

const graph = `trimtab: 1
seed: 3
engine: auto
params:
  size: {type: integer, default: 8, minimum: 2, maximum: 64, description: Weights.}
  top: 5
steps:
  data: {kind: source, file: table.csv, words: "a \${{ params.top }} b"}
  base: {kind: make, size: "\${{ params.size }}", data: data, seed: 3, engine: cpu}
  other: {kind: make, size: 16, needs: [base], retries: 2, timeout: 90s, resources: {threads: 2, memory: 2 GB}}
  small: {kind: halve, model: base}
  tiny: {kind: halve, model: small.model}
  scores: {kind: measure, models: [base, small, tiny, other], data: data, reference: base, top: "\${{ params.top }}"}
  speed: {kind: benchmark, models: [small, tiny], reference: base}
  report:
    kind: gather
    text: |
      several lines
        of text
    metrics: [scores]
    models: [tiny]
    files: [small.notes, tiny.notes]
gates:
  near: {check: "small.accuracy >= base.accuracy - 0.01 && scores.tiny.top5 > 0.5"}
  small: {check: tiny.bytes * 4 <= base.bytes, when: base.parameters > 4, severity: warn}
  held: {nonInferior: {candidate: small, reference: base, margin: 0.01, alpha: 0.05}}
  quick: {faster: {candidate: tiny, reference: base, by: 1.5}}
`

const built = `# A comment at the head.
trimtab: 1
description: Every built-in kind.
seed: 7
params:
  epochs: {type: integer, default: 5, minimum: 1}
  sparsity: {type: number, default: 0.5, minimum: 0, maximum: 0.95}
  table: {type: path, default: table.csv}
x-head: &head {dense: {units: 10, activation: softmax}}
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 500}}
    test: {digits: {examples: 200}}
    split: {train: 0.9, validation: 0.1}
    normalize: {divide: 255}
  flowers:
    kind: dataset
    source: {csv: {path: "\${{ params.table }}", label: kind}}
    split: {train: 5, validation: 2, test: 2}
    normalize: {standardize: feature}
  pictures: {kind: dataset, source: {idx: {images: images.idx, labels: labels.idx}}, classNames: [a, b, c]}
  base:
    kind: train
    data: digits
    model:
      layers:
        - conv2d: {filters: 8, kernelSize: 3, activation: relu, name: first}
        - batchNormalization
        - maxPooling2d
        - conv2d: {filters: 8, kernelSize: [3, 3], activation: relu, padding: same}
        - conv2d: {filters: 8, kernelSize: 1, name: side}
        - globalAveragePooling2d: {from: side}
        - dropout: {rate: 0.2}
        - dense: {units: 16, activation: relu, name: h1}
        - *head
    optimizer: {adam: {learningRate: {cosine: {from: 0.01, to: 0, end: 4 epochs}}}}
    epochs: \${{ params.epochs }}
    batchSize: 64
    metrics: [accuracy, top5]
    earlyStopping: {monitor: accuracy, patience: 2}
    classWeights: {"1": 2}
    clipNorm: 1
  iris: {kind: train, data: flowers, model: {layers: [{dense: {units: 4}}, {dense: {units: 3, activation: softmax}}]}, optimizer: sgd}
  pruned: {kind: prune, model: iris, granularity: unit, sparsity: "\${{ params.sparsity }}", rules: [{layers: "/^dense_[1]$/", sparsity: 0.25}]}
  masked: {kind: prune, model: iris, sparsity: 0.5, scope: global}
  tuned: {kind: finetune, model: pruned, data: flowers, epochs: 2}
  int8:
    kind: quantize
    model: tuned
    data: flowers
    weights: int8
    activations: uint8
    calibration: {method: percentile, percentile: 99.9, examples: 4}
    rules: [{layers: {type: dense}, granularity: tensor}]
  student:
    kind: distill
    teachers: [iris, masked]
    data: flowers
    model: {layers: [{dense: {units: 2, name: dense_1}}, {dense: {units: 3, activation: softmax}}]}
    temperature: {piecewise: {values: [4, 2], at: [2 epochs]}}
    alpha: 0.3
    hints: [{teacher: dense_1, student: dense_1}]
    epochs: 3
  swept:
    kind: prune
    model: iris
    norm: \${{ matrix.norm }}
    sparsity: \${{ matrix.share / 10 }}
    matrix: {share: [2, 5], norm: [l1, l2], exclude: [{share: 5, norm: l2}], include: [{share: 7, norm: l2}]}
  retuned: {kind: finetune, model: swept, data: flowers, epochs: 1}
  spared:
    kind: quantize
    model: tuned
    rules: [{layers: "\${{ matrix.layer }}", weights: float32}]
    matrix: {layer: {layersOf: iris, type: dense}}
  best: {kind: select, from: [retuned, "swept[norm=l1,share=2]", spared], where: it.bytes < 500, minimize: it.bytes, otherwise: iris}
  again: {kind: finetune, model: best, data: flowers, epochs: 1, when: iris.accuracy < 0.9 && best.bytes > 10}
  scores: {kind: evaluate, models: [iris, tuned, int8, student, retuned], data: flowers, reference: iris, topK: 2}
  speed: {kind: benchmark, models: [tuned, int8], data: flowers, reference: iris, rounds: 11}
gates:
  near: {check: "int8.accuracy >= iris.accuracy - 0.05 || mean([iris.accuracy, tuned.f1]) > 0.5"}
  size: {check: int8.bytes * 2 <= iris.bytes, severity: warn}
  each: {each: retuned, check: retuned.bytes <= iris.bytes}
  all: {check: "retuned.all(i, i.accuracy > 0.1) && mean(spared.map(i, i.bytes)) < 900"}
  held: {nonInferior: {candidate: int8, reference: iris, metric: accuracy, margin: 0.1}}
  quick: {faster: {candidate: tuned, reference: iris, by: 1.1, confidence: 0.9}}
`

/** The files that the recipes name, written into a folder. */
export const writeFiles = (folder: string): void => {
  const rows = Array.from({ length: 9 }, (_, at) => `${at},${at * 2},${['a', 'b', 'c'][at % 3]}`)
  writeFileSync(join(folder, 'table.csv'), `x,y,kind\n${rows.join('\n')}\n`)
  writeFileSync(join(folder, 'images.idx'), idx(8, [6, 2, 2], new Uint8Array(24)))
  writeFileSync(join(folder, 'labels.idx'), idx(8, [6], [0, 1, 2, 0, 1, 2]))
}

export const subjects: readonly Subject[] = [
  { name: 'language', kinds: fakeKinds, text: wholeRecipe },
  { name: 'graph', kinds: planKinds, text: graph },
  { name: 'built', kinds: builtInKinds, text: built },
]
