/**
 * Gathers the answers of a round: asks everybody at once and waits until all have answered, the decision is settled,
 * time is up, or the session is cancelled. What comes later goes nowhere.
 */
import { yieldToLoop } from "../core/clock.ts";
import { isMabeamError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { decodeRecord } from "../journal/record.ts";
import type { ProtocolHost, ProtocolRequest } from "./protocol.ts";
import type { SessionPlan, Told } from "./session-plan.ts";

/** What was heard; all lists in the order of the participants. */
export interface Heard {
  answers: { agent: string; answer: Json }[];
  absent: string[];
  rejected: { agent: string; reason: string }[];
}

/** What became of asking one participant. */
type Reply = { answer: unknown } | { absent: string };

/** Asks the participants of `plan`. Rejects only for a defect of the protocol. */
export async function collectAnswers<Result>(
  host: ProtocolHost,
  plan: SessionPlan<Result>,
  cancelled: AbortSignal,
  tell: (event: Told) => void,
): Promise<Heard> {
  const outstanding = new Set(plan.participants);
  const told: Told[] = [];
  const answers = new Map<string, Json>();
  const asking = new AbortController();
  const over = ending(cancelled);

  const take = (agent: string, reply: Reply): void => {
    if (!outstanding.delete(agent)) return;
    const event = judge(plan, agent, reply);
    if (event.type === "answered") answers.set(agent, (reply as { answer: Json }).answer);
    told.push(event);
    tell(event);
    if (outstanding.size === 0) over.end();
    // Answers that are on their way already still count: the tally is complete when everybody is prompt.
    else if (plan.round.isSettled()) yieldToLoop(over.end);
  };
  const timer = host.clock.after(plan.timeoutMs, () => {
    over.unlessItFails(() => {
      for (const agent of outstanding) take(agent, { absent: "ASK_TIMEOUT" });
    });
  });
  if (outstanding.size === 0) over.end();
  if (!cancelled.aborted) {
    for (const agent of plan.participants) {
      void ask(host, plan, agent, asking.signal).then((reply) => over.unlessItFails(() => take(agent, reply)));
    }
  }
  try {
    await over.promise;
  } finally {
    outstanding.clear();
    timer.cancel();
    asking.abort(new DOMException("The session no longer needs an answer.", "AbortError"));
  }
  return heardFrom(plan.participants, told, answers);
}

async function ask<Result>(
  host: ProtocolHost,
  { id, protocol, round, timeoutMs, subject }: SessionPlan<Result>,
  agent: string,
  signal: AbortSignal,
): Promise<Reply> {
  const request: ProtocolRequest = {
    session: id,
    protocol,
    round: 1,
    deadlineMs: timeoutMs,
    ...(subject !== undefined && { subject: decodeRecord(subject) }),
    ...(round.options !== undefined && { options: [...round.options] }),
  };
  try {
    return { answer: await host.ask(agent, round.handler, request, { timeoutMs, signal }) };
  } catch (error) {
    return { absent: isMabeamError(error) ? error.code : "HANDLER_FAILED" };
  }
}

/** Hands a reply to the round and says what it was. */
function judge<Result>({ round }: SessionPlan<Result>, agent: string, reply: Reply): Told & { agent: string } {
  const reason = "absent" in reply ? reply.absent : round.answer(agent, reply.answer);
  if (reason === undefined) return { type: "answered", agent };
  round.miss(agent);
  return { type: "absent" in reply ? "absent" : "rejected", agent, reason };
}

function heardFrom(participants: string[], told: Told[], answers: Map<string, Json>): Heard {
  const place = new Map(participants.map((agent, index) => [agent, index]));
  const inOrder = (a: { agent: string }, b: { agent: string }): number =>
    (place.get(a.agent) as number) - (place.get(b.agent) as number);
  return {
    answers: [...answers].map(([agent, answer]) => ({ agent, answer })).toSorted(inOrder),
    absent: told
      .filter((event) => event.type === "absent")
      .toSorted(inOrder)
      .map(({ agent }) => agent),
    rejected: told
      .filter((event) => event.type === "rejected")
      .toSorted(inOrder)
      .map(({ agent, reason }) => ({ agent, reason })),
  };
}

/** An end that comes once: by `end`, by the signal, or by a defect. */
function ending(signal: AbortSignal): {
  promise: Promise<void>;
  end: () => void;
  unlessItFails: (work: () => void) => void;
} {
  let end = (): void => {};
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  const unlessItFails = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  return { promise: promise.finally(() => signal.removeEventListener("abort", end)), end, unlessItFails };
}
