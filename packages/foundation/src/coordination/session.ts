/**
 * One session of a protocol: collects answers, decides, journals, applies and tells, in this order. Everything that a
 * session knows is its own, so that any number of them run side by side.
 */
import { isMabeamError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { decodeRecord } from "../journal/record.ts";
import { collectAnswers } from "./collect.ts";
import type { Heard } from "./collect.ts";
import type { Decision, Outcome, ProtocolHost } from "./protocol.ts";
import type { SessionJournal } from "./session-journal.ts";
import type { SessionObserver, SessionPlan } from "./session-plan.ts";

/**
 * Runs a session to its end. `cancelled` gives it up while it collects; its reason is the word for it. Once answers are
 * being decided on, that has no effect.
 */
export async function runSession<Result>(
  host: ProtocolHost,
  journal: SessionJournal,
  plan: SessionPlan<Result>,
  cancelled: AbortSignal,
  observer: SessionObserver,
): Promise<Outcome<Result>> {
  const { id, protocol, participants, round } = plan;
  const startedAt = host.clock.now();
  const begin = host.clock.monotonic();
  observer.tell({ type: "started", participants });
  host.emit("protocol:started", { at: startedAt, session: id, protocol, participants });
  const heard = await collectAnswers(host, plan, cancelled, observer.tell);
  const decision = cancelled.aborted ? undefined : round.decide();
  observer.moveTo("deciding");
  const outcome = outcomeOf(plan, heard, decision ?? String(cancelled.reason), host.clock.monotonic() - begin);
  const subject = plan.subject === undefined ? {} : { subject: decodeRecord(plan.subject) };
  const record = { session: id, protocol, startedAt, ...subject, answers: heard.answers, outcome };
  // Mechanisms give plain JSON; what a user's own protocol gives, the journal checks.
  await journal.append(record as unknown as Json);
  const ended = decision === undefined ? outcome : await applied(host, plan, decision, outcome);
  tellEnd(host, plan, ended, observer);
  return ended;
}

function outcomeOf<Result>(
  { participants }: SessionPlan<Result>,
  { absent, rejected }: Heard,
  end: Decision<Result> | string,
  durationMs: number,
): Outcome<Result> {
  const common = { participants, absent, rejected, rounds: 1, durationMs };
  if (typeof end === "string") return { status: "cancelled", reason: end, result: null, ...common };
  const { status, result, reason } = end;
  return { status, result, ...(reason !== undefined && { reason }), ...common };
}

/** Sets the variable that was asked for. One that refuses is reported, and changes nothing about the decision. */
async function applied<Result>(
  host: ProtocolHost,
  { id, protocol, apply: variable }: SessionPlan<Result>,
  decision: Decision<Result>,
  outcome: Outcome<Result>,
): Promise<Outcome<Result>> {
  if (variable === undefined || decision.status !== "decided" || decision.value === undefined) return outcome;
  try {
    await host.setVariable(variable, decision.value, { by: id, reason: `Decided by the protocol "${protocol}".` });
    return { ...outcome, applied: { variable } };
  } catch (error) {
    if (!isMabeamError(error)) throw error;
    return { ...outcome, applied: { variable, error: { code: error.code, message: error.message } } };
  }
}

function tellEnd<Result>(
  host: ProtocolHost,
  { id, protocol }: SessionPlan<Result>,
  outcome: Outcome<Result>,
  observer: SessionObserver,
): void {
  const at = host.clock.now();
  if (outcome.status === "cancelled") {
    const reason = outcome.reason ?? "cancelled";
    observer.tell({ type: "cancelled", reason });
    host.emit("protocol:cancelled", { at, session: id, protocol, reason });
  } else {
    observer.tell({ type: "completed", status: outcome.status });
    host.emit("protocol:completed", { at, session: id, protocol, outcome });
  }
}
