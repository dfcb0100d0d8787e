/**
 * A team without hand-written control flow is a blackboard of typed fields. This file says who may run now and what
 * it sees; it is pure, and the shell in `run.ts` asks it before each wave.
 *
 * A round is a sequence of waves; in a round each member runs at most once. A member may run when the fields that it
 * requires are there and visible to it. Beyond that:
 * - in an acyclic topology it waits until all that it sees have run or failed;
 * - in a star the hub waits while others can run, so that it sees what they wrote;
 * - in a ring one member runs at a time;
 * - in any other cyclic topology (a mesh) nobody waits: what was written earlier, in this round or the last, is seen.
 */
import type { Fields } from "../signatures/signature.ts";
import type { MemberFields, TeamPlan } from "./plan.ts";

/** What a member wrote when it last ran. */
export interface Writing {
  readonly agent: string;
  readonly round: number;
  readonly outputs: Fields;
}

/** The state of a run. */
export interface Board {
  readonly inputs: Fields;
  /** The latest writing of each member, in the order of the team. */
  readonly writings: ReadonlyMap<string, Writing>;
  /** Members that have run or failed in this round. */
  readonly finished: ReadonlySet<string>;
}

/** Settles the writings of one field into one value. */
export type Settle = (field: string, writings: readonly Writing[]) => unknown;

/** The writings that `member` sees, in the order of the team. */
export function visibleWritings(plan: TeamPlan, board: Board, member: string): Writing[] {
  const seen = new Set(plan.edges.filter((edge) => edge.to === member).map((edge) => edge.from));
  return plan.members.flatMap(({ key }) => {
    const writing = seen.has(key) ? board.writings.get(key) : undefined;
    return writing === undefined ? [] : [writing];
  });
}

/** What `member` gets to read: what it sees on the board, else the team's inputs. Unknown fields are left out. */
export function viewOf(plan: TeamPlan, board: Board, member: MemberFields, settle: Settle): Fields {
  const visible = visibleWritings(plan, board, member.key);
  const view: Record<string, unknown> = {};
  for (const { name } of member.reads) {
    const writings = visible.filter((writing) => writing.outputs[name] !== undefined);
    const value = writings.length > 0 ? settle(name, writings) : board.inputs[name];
    if (value !== undefined) view[name] = value;
  }
  return view;
}

/** Required fields that `member` does not have (yet). */
export function missingFields(plan: TeamPlan, board: Board, member: MemberFields): string[] {
  const visible = visibleWritings(plan, board, member.key);
  return member.reads
    .filter(({ name, optional }) => !optional && board.inputs[name] === undefined)
    .filter(({ name }) => !visible.some((writing) => writing.outputs[name] !== undefined))
    .map(({ name }) => name);
}

/** Who runs next, together; empty when the round is over. */
export function nextWave(plan: TeamPlan, board: Board): MemberFields[] {
  const able = plan.members.filter(
    (member) => !board.finished.has(member.key) && missingFields(plan, board, member).length === 0,
  );
  if (isAcyclic(plan)) return able.filter((member) => !waitsForSomeone(plan, board, member, able));
  if (plan.pattern === "ring") return able.slice(0, 1);
  const others = able.filter((member) => member.key !== plan.hub);
  return plan.pattern === "star" && others.length > 0 ? others : able;
}

// Whoever cannot run in this round is waited for by nobody; it may still become able when one of `able` has written.
function waitsForSomeone(plan: TeamPlan, board: Board, member: MemberFields, able: readonly MemberFields[]): boolean {
  const before = ancestors(plan, member.key);
  return able.some((other) => other !== member && before.has(other.key) && !board.finished.has(other.key));
}

function ancestors(plan: TeamPlan, member: string): Set<string> {
  const found = new Set<string>();
  const visit = (to: string): void => {
    for (const edge of plan.edges) {
      if (edge.to !== to || found.has(edge.from)) continue;
      found.add(edge.from);
      visit(edge.from);
    }
  };
  visit(member);
  return found;
}

function isAcyclic(plan: TeamPlan): boolean {
  return plan.members.every(({ key }) => !ancestors(plan, key).has(key));
}
