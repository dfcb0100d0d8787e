/** One run of a team: the thin live shell around the blackboard. It asks who may run, lets them run, writes down. */
import { isMabeamError, MabeamError, throwIfAborted } from "@mabeam/foundation";
import { failureOf, type Failure } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import { aggregate, confidenceField, jointConfidence } from "./aggregation.ts";
import {
  missingFields,
  nextWave,
  viewOf,
  visibleWritings,
  type Board,
  type Settle,
  type Writing,
} from "./blackboard.ts";
import type { MemberFields, TeamPlan } from "./plan.ts";
import type { TeamStep } from "./trajectory.ts";

/** Runs a member on its inputs; the outputs, or a rejection. */
export type CallMember = (key: string, inputs: Fields) => Promise<Fields>;

/** What a run came to. */
export interface TeamRun {
  readonly outputs: Fields;
  readonly turns: readonly TeamStep[];
  readonly waiting: Readonly<Record<string, readonly string[]>>;
}

/**
 * @param output the fields that the team answers, and whether each may be missing
 * @throws MabeamError `TEAM_DEADLOCK` (`details.missing`) when nobody wrote a field that the team answers
 */
export async function runTeam(
  plan: TeamPlan,
  inputs: Fields,
  output: readonly { readonly name: string; readonly optional: boolean }[],
  call: CallMember,
  signal: AbortSignal,
): Promise<TeamRun> {
  const settle = settler(plan);
  const writings = new Map<string, Writing>();
  const turns: TeamStep[] = [];
  let board: Board = { inputs, writings, finished: new Set() };
  for (let round = 1; round <= plan.rounds; round++) {
    board = { inputs, writings, finished: new Set() };
    for (let wave = nextWave(plan, board); wave.length > 0; wave = nextWave(plan, board)) {
      throwIfAborted(signal);
      const steps = await Promise.all(wave.map((member) => takeTurn(plan, board, member, round, settle, call)));
      for (const step of steps) {
        if (step.outputs !== undefined) writings.set(step.agent, { agent: step.agent, round, outputs: step.outputs });
      }
      turns.push(...steps);
      board = { inputs, writings, finished: new Set([...board.finished, ...wave.map(({ key }) => key)]) };
    }
  }
  throwIfAborted(signal);
  const waiting = stillWaiting(plan, board, turns);
  return { outputs: answer(plan, writings, output, settle, { turns, waiting }), turns, waiting };
}

async function takeTurn(
  plan: TeamPlan,
  board: Board,
  member: MemberFields,
  round: number,
  settle: Settle,
  call: CallMember,
): Promise<TeamStep> {
  const saw = visibleWritings(plan, board, member.key).map((writing) => writing.agent);
  const inputs = viewOf(plan, board, member, settle);
  const turn = { agent: member.key, round, saw, inputs };
  try {
    return { ...turn, outputs: await call(member.key, inputs) };
  } catch (error) {
    // The whole system is closed: that is no member's failure.
    if (isMabeamError(error, "CLOSED")) throw error;
    // A member that fails leaves its fields unwritten: the team answers if it still can.
    return { ...turn, error: failureOf(error) };
  }
}

function settler(plan: TeamPlan): Settle {
  const settleBy = (field: string, writings: readonly Writing[]): unknown =>
    aggregate(field, writings, plan.aggregation.get(field) ?? "majority", plan.weights, plan.integers.has(field));
  // Confidence accompanies what it is the confidence of: the field that is settled first.
  const [accompanied] = plan.aggregation.keys();
  return (field, writings) => {
    if (field !== confidenceField || plan.aggregation.has(field) || writings.length === 1)
      return settleBy(field, writings);
    const judged = writings.filter(
      (writing) => accompanied !== undefined && writing.outputs[accompanied] !== undefined,
    );
    if (accompanied === undefined || judged.length === 0) return settleBy(field, writings);
    return jointConfidence(accompanied, settleBy(accompanied, judged), judged, plan.weights);
  };
}

function stillWaiting(plan: TeamPlan, board: Board, turns: readonly TeamStep[]): Record<string, readonly string[]> {
  const idle = plan.members.filter(({ key }) => !turns.some((turn) => turn.agent === key));
  return Object.fromEntries(idle.map((member) => [member.key, missingFields(plan, board, member)]));
}

function answer(
  plan: TeamPlan,
  writings: ReadonlyMap<string, Writing>,
  output: readonly { readonly name: string; readonly optional: boolean }[],
  settle: Settle,
  account: Pick<TeamRun, "turns" | "waiting">,
): Fields {
  const written = plan.members.flatMap(({ key }) => writings.get(key) ?? []);
  const outputs: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const { name, optional } of output) {
    const writers = written.filter((writing) => writing.outputs[name] !== undefined);
    if (writers.length > 0) outputs[name] = settle(name, writers);
    else if (!optional) missing.push(name);
  }
  if (missing.length > 0) throw deadlock(plan, missing, account);
  return outputs;
}

function deadlock(
  plan: TeamPlan,
  missing: readonly string[],
  { turns, waiting }: Pick<TeamRun, "turns" | "waiting">,
): MabeamError {
  const lacking = new Set(missing);
  // What somebody waited for is lacking too, back to where it began.
  for (const field of lacking) {
    for (const { key, writes } of plan.members) {
      if (writes.includes(field)) for (const cause of waiting[key] ?? []) lacking.add(cause);
    }
  }
  const reasons = plan.members.flatMap(({ key, writes }): string[] => {
    if (!writes.some((field) => lacking.has(field))) return [];
    const failed: Failure | undefined = turns.findLast((turn) => turn.agent === key)?.error;
    if (failed !== undefined) return [`"${key}" failed: ${failed.message}`];
    const lacks = waiting[key] ?? [];
    return lacks.length > 0 ? [`"${key}" never saw ${lacks.map((field) => `"${field}"`).join(", ")}`] : [];
  });
  const why = reasons.join("; ") || "no member that takes part writes it";
  const message = `The team cannot answer ${missing.map((field) => `"${field}"`).join(", ")}: ${why}.`;
  return new MabeamError("TEAM_DEADLOCK", message, { details: { missing, reasons } });
}
