/** How a team runs one call: what its configuration comes to. Plain data, made once and then only read. */
import type { TopologyEdge, TopologyPattern } from "@mabeam/foundation";
import type { Aggregation } from "./aggregation.ts";

/** `inferred`: whoever reads a field sees those who write it. */
export type TeamPattern = TopologyPattern | "inferred";

/** The fields that a member reads and writes. */
export interface MemberFields {
  readonly key: string;
  readonly reads: readonly { readonly name: string; readonly optional: boolean }[];
  readonly writes: readonly string[];
}

export interface TeamPlan {
  /** Who takes part, in the team's order. */
  readonly members: readonly MemberFields[];
  readonly pattern: TeamPattern;
  /** The centre of a star. */
  readonly hub: string | undefined;
  /** Who sees whose writings, among the members that take part. */
  readonly edges: readonly Pick<TopologyEdge, "from" | "to">[];
  readonly rounds: number;
  /** How a field with several writers is settled. */
  readonly aggregation: ReadonlyMap<string, Aggregation>;
  /** Settled fields that take whole numbers only. */
  readonly integers: ReadonlySet<string>;
  /** Weights of members, in [0, 1]; a member that is not here has 1. */
  readonly weights: ReadonlyMap<string, number>;
}

/** Who sees whom where nobody says otherwise: a reader sees the writers of what it reads. */
export function inferredEdges(members: readonly MemberFields[]): { from: string; to: string }[] {
  return members.flatMap((reader) =>
    members
      .filter((writer) => writer !== reader && reader.reads.some(({ name }) => writer.writes.includes(name)))
      .map((writer) => ({ from: writer.key, to: reader.key })),
  );
}

/** Whether some member reads what another one writes: only then does it matter who sees whom. */
export function someoneListens(members: readonly MemberFields[]): boolean {
  return inferredEdges(members).length > 0;
}
