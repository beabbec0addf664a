/** Trimtab's programmatic API: the stages that the command joins, typed. */
export { plan, validate, type Planned } from './validate.js'
export { run, runPlanned, type RunEnd } from './run.js'
export { verify } from './verify.js'
export type { Verification } from '../store/verify/verification.js'
export type { SettledLock } from './settle-lock.js'
export { listRuns, readRun } from './records.js'
export { reproduce } from './reproduce/reproduce.js'
export type { ReproduceOptions } from './reproduce/options.js'
export { diff, type DiffOptions } from './diff/diff.js'
export { accept, type Acceptance, type Accepted, type AcceptOptions } from './accept.js'
export { formatRecipe } from './format.js'
export { migrateRecipe } from './migrate.js'
export type { RewriteOptions, Rewritten } from './rewrite.js'
export type { PlanOptions, ReadOptions, RunOptions } from './options.js'
export { defineStep, either, list, one, optional } from '../steps/define-step.js'
export type {
  Description,
  DescribedInputs,
  Inspection,
  MemoryNeed,
  Port,
  Prediction,
  StepDefinition,
  StepSpec,
} from '../steps/define-step.js'
export { Type } from 'typebox'
export { loadModel, storeModel } from '../model/store-model.js'
export type { Marks, Model, Quantization, Weight, WeightArray } from '../model/model.js'
export { pathField } from '../core/fields.js'
export { Cancelled } from '../core/step-file.js'
export type { FileRef, RunStep, StepContext, StepFile, StepInput, StepOutput } from '../core/step-file.js'
export type { Checkpoint, CheckpointArray, Checkpoints, Moment, Rhythm } from '../core/checkpoint.js'
export { fail, ProblemError, type Fault, type Problem, type Span } from '../core/problem.js'
export { makeArtifact } from '../core/artifact.js'
export type { Artifact, ArtifactType, Metrics, ObjectRef } from '../core/artifact.js'
export type { Event, Outcome, Progress } from '../core/event.js'
export type { Verdict } from '../core/verdict.js'
export {
  departures,
  differenceOf,
  enginePromises,
  withinPromise,
  type Departure,
  type EnginePromise,
} from '../core/promise.js'
export { stream, type Random } from '../core/random.js'
export type { Reproduction, StepComparison } from '../judge/reproduction.js'
export type { RunDifference } from '../judge/run-difference.js'
export type { InstanceRecord, RunRecord } from '../store/run-record.js'
export type { Instance, Plan } from '../plan/plan.js'
