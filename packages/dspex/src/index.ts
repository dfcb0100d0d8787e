/** `@mabeam/dspex`: typed programs, programs as agents, teams of them, and optimizers of whole teams. */

// Signatures
export {
  asSignature,
  signature,
  type Fields,
  type FieldJson,
  type InputsOf,
  type OutputsOf,
  type Signature,
  type SignatureJson,
  type SignatureLike,
} from "./signatures/signature.ts";
export { signatureFromJSON } from "./signatures/signature-json.ts";
export type { InferInputs, InferOutputs } from "./signatures/infer.ts";
export { jsonSchemaOf, type Field, type FieldSchema, type JsonSchema } from "./signatures/field-schema.ts";

// Programs
export { program } from "./programs/custom-program.ts";
export { fromFunction, type FromFunctionOptions } from "./programs/interop/function.ts";
export type { CallOptions, FitContext, ProgramContext, ProgramDefinition } from "./programs/definition.ts";
export type { AnyProgram, Example, FileOptions, FitOptions, ForwardOptions, Program } from "./programs/program.ts";
export type { Prediction, PredictionInfo } from "./programs/prediction.ts";
export type { Failure, TraceEntry, Trajectory, Usage } from "./programs/trace.ts";
export type { ProgramArtifact, ProgramReport } from "./programs/artifact.ts";
export { fitCache, type FitCache } from "./programs/fit-cache.ts";
export { callMemo, type CallMemo } from "./programs/call-memo.ts";

// Variables and spaces
export { float, type FloatOptions } from "./variables/float.ts";
export { integer, type IntegerOptions } from "./variables/integer.ts";
export { choice, type ChoiceOptions, type Option } from "./variables/choice.ts";
export { subset, type SubsetOptions } from "./variables/subset.ts";
export {
  defineVariable,
  type Coordinate,
  type Variable,
  type VariableJson,
  type VariableParts,
} from "./variables/variable.ts";
export type { Condition, ConditionJson } from "./variables/condition.ts";
export type { Constraint } from "./variables/constraints.ts";
export type { Configuration, ConfigurationChanges, ConfigurationOf, ValueOf } from "./variables/configuration.ts";
export { space, type Space, type SpaceJson, type SpaceOptions } from "./variables/space.ts";
export type { Problem, Validation } from "./variables/points.ts";
export { spaceFromJSON, type SpaceFromJsonOptions, type VariableReader } from "./variables/space-json.ts";

// Agents and teams
export {
  agentize,
  type AgentizeOptions,
  type ProgramAgent,
  type ProgramAgentDefinition,
  type ProgramAgentOptions,
  type ProgramCall,
  type ProgramHandlers,
  type ProgramState,
} from "./agents/agentize.ts";
export { createTeam, createWorkflow, type Team, type TeamInputs, type TeamOutputs } from "./teams/team.ts";
export type { TeamOptions } from "./teams/shape.ts";
export type { Aggregation } from "./teams/aggregation.ts";
export type { TeamStep, TeamTrajectory } from "./teams/trajectory.ts";

// Evaluation
export { evaluate, type EvaluateOptions, type EvaluationProgress, type ExampleFor } from "./evaluation/evaluate.ts";
export type { Evaluation, EvaluationSpent, EvaluationStop } from "./evaluation/evaluation.ts";
export type { EvaluationResult, Metric, Score } from "./evaluation/metric.ts";
export { accuracy, exactMatch, f1, macroF1, mae, type ReadyMetric } from "./evaluation/metrics.ts";
export {
  exampleKey,
  programKey,
  scoreTable,
  type KeyedScore,
  type ScoreEntry,
  type ScoreTable,
} from "./evaluation/score-table.ts";
export { compare, type Comparison } from "./evaluation/compare.ts";
export type { BootstrapOptions } from "./evaluation/bootstrap.ts";

// Studies
export { createStudy, type Study, type StudyEvents, type StudyOptions } from "./studies/study.ts";
export type {
  Direction,
  FinishedState,
  FinishedTrial,
  Outcome,
  Report,
  Trial,
  TrialRecord,
  TrialState,
} from "./studies/trial.ts";
export type { Objective, OptimizeOptions, Progress, StudyResult } from "./studies/optimize.ts";
export type { Sampler, SamplerHistory } from "./studies/samplers/sampler.ts";
export { randomSampler } from "./studies/samplers/random.ts";
export { tpeSampler, type TpeOptions } from "./studies/samplers/tpe/tpe.ts";
export { importance, type Importance, type ImportanceOptions, type ImportanceTrial } from "./studies/importance.ts";

// Optimizers of programs and teams
export { simba } from "./teleprompters/simba/simba.ts";
export type { SimbaOptions } from "./teleprompters/simba/options.ts";
export type {
  Candidate,
  Control,
  Optimized,
  OptimizerProgress,
  SearchStep,
  SelectScore,
} from "./teleprompters/optimized.ts";
export { progressLine, type ProgressLineOptions } from "./teleprompters/progress-line.ts";
