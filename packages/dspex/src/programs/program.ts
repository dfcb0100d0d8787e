/**
 * The contract of a program: typed inputs to typed outputs, with variables that may be tuned. Whoever optimizes,
 * evaluates or runs programs sees this and no more; a team is a program too.
 *
 * Laws (`program.suite.ts` checks them):
 * - A program is an immutable value. `withConfig`, `fit` and `load` give a new one; a call changes nothing.
 * - A configuration given to a call holds for that call alone; calls of one program with different ones may overlap.
 * - `forward` checks inputs before anything runs and outputs before they are returned.
 * - An aborted call rejects with `ABORTED` at once, also if what runs never looks at its signal.
 * - What `toJSON` gives, `load` takes: the loaded program predicts the same.
 */
import type { Clock, Json } from "@mabeam/foundation";
import type { Fields, Signature } from "../signatures/signature.ts";
import type { Configuration, ConfigurationChanges } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";
import type { ProgramArtifact, ProgramReport } from "./artifact.ts";
import type { CallMemo } from "./call-memo.ts";
import type { FitCache } from "./fit-cache.ts";
import type { Prediction } from "./prediction.ts";
import type { TraceEntry } from "./trace.ts";

/** How to run a program once. */
export interface ForwardOptions<C extends object = Configuration> {
  /** Laid over the program's configuration, for this call. */
  config?: ConfigurationChanges<C>;
  /** What was learned, in place of the program's own, for this call. */
  learned?: Json;
  /** Decides what the program draws by chance: the same inputs and seed give the same draws. Default 0. */
  seed?: number;
  signal?: AbortSignal;
  /** A list of the caller's to which the steps of this call are appended when it ends, also when it fails. */
  trace?: TraceEntry[];
  /** Measures latency. Default the system's clock. */
  clock?: Clock;
  /** Remembers what sub-programs answered, so that what was asked before is not run again. */
  memo?: CallMemo;
}

/** How to fit a program to examples. */
export interface FitOptions<C extends object = Configuration> {
  signal?: AbortSignal;
  /** Decides what is drawn by chance. Default 0. */
  seed?: number;
  /** Laid over the program's configuration; the fitted program keeps it. */
  config?: ConfigurationChanges<C>;
  /** Remembers fits, so that configurations which learn the same learn it once. */
  cache?: FitCache;
}

/** How to reach a file. */
export interface FileOptions {
  signal?: AbortSignal;
}

/**
 * An example: the inputs with the wanted outputs. A field on both sides of a signature stands for the output: what a
 * program may see of it is never the wanted answer.
 */
export type Example<I extends object = Fields, O extends object = Fields> = Omit<I, keyof O> & O;

/** An immutable program with inputs of type `I`, outputs of type `O` and configurations of type `C`. */
export interface Program<I extends object = Fields, O extends object = Fields, C extends object = Configuration> {
  readonly name: string;
  readonly signature: Signature<I, O>;
  /** Everything that may be tuned, sub-programs' variables under `<key>.` included. */
  readonly space: Space<C>;
  /** The configuration in force: complete and valid in {@link Program.space}. */
  readonly config: C;
  /** What `fit` learned. */
  readonly learned: Json | undefined;
  /** Whether `fit` learns anything. */
  readonly fits: boolean;
  /** What an optimizer reported with this program: its scores and what was spent. */
  readonly report: ProgramReport | undefined;

  /**
   * Runs the program. Fields that the signature does not have are left out on both sides. Never fits: what was learned
   * stays as it is, also if `config` differs from what it was fitted with in variables that the fit depends on.
   *
   * @throws MabeamError `INVALID_INPUT` for inputs or a configuration that do not fit, `OUTPUT_INVALID` for outputs,
   * `ABORTED`; and whatever the program itself throws, unchanged
   */
  forward(inputs: I, options?: ForwardOptions<C>): Promise<Prediction<O>>;
  /**
   * The program with `config` laid over its configuration. Variables that do not exist then are dropped, those that
   * come into existence start at their defaults. What was learned is kept, a report is not.
   *
   * @throws MabeamError `INVALID_INPUT` with `details.variable` for an unknown variable or a value that it refuses
   */
  withConfig(config: ConfigurationChanges<C>): Program<I, O, C>;
  /** The program with other learned state, as its `learned` gives it. A report is not kept. */
  withLearned(learned: Json | undefined): Program<I, O, C>;
  /** The program with a report that goes into its artifact. */
  withReport(report: ProgramReport | undefined): Program<I, O, C>;
  /**
   * The program fitted to `trainset`, sub-programs included; itself if nothing learns. The same trainset, seed and
   * configuration learn the same.
   *
   * @throws MabeamError `INVALID_INPUT` for an empty trainset, or examples whose inputs are
   * missing or wrong (outputs may be partial); `OUTPUT_INVALID` if what was learned is not JSON, `ABORTED`
   */
  fit(trainset: readonly Example<I, O>[], options?: FitOptions<C>): Promise<Program<I, O, C>>;
  /** The programs that this one calls, by key, configured and fitted as they are here. */
  subPrograms(): Readonly<Record<string, AnyProgram>>;
  /** The artifact: small, plain JSON, without examples. */
  toJSON(): ProgramArtifact;
  /** Writes the artifact; a reader never sees half of it. */
  save(path: string, options?: FileOptions): Promise<void>;
  /**
   * A program with the artifact's configuration (where it is silent, the defaults), learned state and report.
   *
   * @throws MabeamError `ARTIFACT_MISMATCH` if it is no artifact of format 1, or was made with a signature or a space
   * that this program's does not fit (`details.fields`, `details.variable`); `INVALID_INPUT` if the file cannot be read
   */
  load(pathOrArtifact: string | ProgramArtifact, options?: FileOptions): Promise<Program<I, O, C>>;
}

/** A program whose fields are not known more closely. Every program is one. */
export type AnyProgram = Program;
