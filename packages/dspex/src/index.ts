/** `@mabeam/dspex`: typed programs, programs as agents, teams of them, and optimizers of whole teams. */

// Signatures
export { signature, type Signature, type SignatureLike, type InputsOf, type OutputsOf } from "./signatures/signature.ts";
export { program } from "./programs/custom-program.ts";
export type { Program, AnyProgram, Example, ForwardOptions, FitOptions } from "./programs/program.ts";
export { float } from "./variables/float.ts";
export { integer } from "./variables/integer.ts";
export { choice } from "./variables/choice.ts";
export { subset } from "./variables/subset.ts";
export { space, type Space } from "./variables/space.ts";
export { evaluate } from "./evaluation/evaluate.ts";
export { compare } from "./evaluation/compare.ts";
export { exactMatch, accuracy, macroF1 } from "./evaluation/metrics.ts";
export { agentize } from "./agents/agentize.ts";
export { createTeam, createWorkflow } from "./teams/team.ts";
export { simba } from "./teleprompters/simba/simba.ts";
export type { Variable } from "./variables/variable.ts";
export { fitCache } from "./programs/fit-cache.ts";
