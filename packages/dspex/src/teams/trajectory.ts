/** What happened when a team ran one example: the account that metrics, credit and reports read. */
import type { Failure, TraceEntry, Trajectory } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";

/** One member's turn. */
export interface TeamStep {
  readonly agent: string;
  readonly round: number;
  /** Members whose writings it saw. */
  readonly saw: readonly string[];
  readonly inputs: Fields;
  readonly outputs?: Fields;
  readonly error?: Failure;
}

/** Steps of the turns that gave something, in the order of the turns; members of one wave in the order of the team. */
export interface TeamTrajectory extends Trajectory {
  readonly steps: readonly TraceEntry[];
  readonly turns: readonly TeamStep[];
  /** Members that took part but never ran, and the fields that they waited for. */
  readonly waiting: Readonly<Record<string, readonly string[]>>;
}
