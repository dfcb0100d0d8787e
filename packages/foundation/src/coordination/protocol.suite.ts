/** The laws of every protocol, as the session engine and the protocol keep them together. */
import { describe, expect, it } from "vitest";
import type { Json } from "../core/json.ts";
import type { ProtocolOptions, Session, SessionEvent } from "./protocol.ts";
import { createProtocols } from "./protocols.ts";
import { scriptedHost, silent } from "./scripted-host.test-support.ts";
import type { Script, ScriptedHost } from "./scripted-host.test-support.ts";

/** A protocol and how to use it. */
export interface ProtocolCase {
  name: string;
  /** Its configuration for these participants, beside the common options. */
  config: (participants: readonly string[]) => Record<string, unknown>;
  /** The handler that it asks. */
  handler: string;
  /** Two answers that count, of which a few alike decide. */
  answers: readonly [Json, Json];
  /** Answers that do not count. */
  bad: readonly unknown[];
  /** What a variable is set to when all give the first answer. */
  value: Json;
}

/** Holds a protocol to the laws. */
export function protocolSuite({ name, config, handler, answers, bad, value }: ProtocolCase): void {
  const [yes, no] = answers;
  const says =
    (answer: unknown): Script =>
    () =>
      answer;
  const start = (
    scripts: Record<string, Script>,
    options: Partial<ProtocolOptions> = {},
  ): { host: ScriptedHost; session: Session; protocols: ReturnType<typeof createProtocols> } => {
    const host = scriptedHost(scripts);
    const protocols = createProtocols(host);
    const participants = Object.keys(scripts);
    return { host, protocols, session: protocols.run(name, { participants, ...config(participants), ...options }) };
  };
  const journaled = async (host: ScriptedHost): Promise<any[]> => {
    const records: unknown[] = [];
    for await (const entry of host.journal.read("sessions")) records.push("record" in entry ? entry.record : entry);
    return records;
  };

  describe(`the protocol ${name} keeps the laws`, () => {
    it("asks everybody once, with what they need to answer and nothing of what others said", async () => {
      const { host, session } = start({ a: says(yes), b: says(yes) }, { subject: { about: 1 }, timeoutMs: 700 });
      await session.outcome;
      expect(host.asked.map(({ agent }) => agent)).toEqual(["a", "b"]);
      for (const asked of host.asked) {
        expect(asked.handler).toBe(handler);
        const common = { session: session.id, protocol: name, round: 1, deadlineMs: 700, subject: { about: 1 } };
        expect(asked.request).toEqual({ ...common, ...("options" in asked.request && { options: expect.any(Array) }) });
      }
    });

    it("who does not answer in time is absent, and nobody waits longer", async () => {
      const { host, session } = start({ a: says(yes), b: silent, c: says(no), d: silent }, { timeoutMs: 1_000 });
      await host.clock.advance(999);
      expect(session.status).toBe("collecting");
      await host.clock.advance(1);
      expect(await session.outcome).toMatchObject({ absent: ["b", "d"], rejected: [], rounds: 1, durationMs: 1_000 });
      expect(session.status).toBe("completed");
    });

    it("the silence of all is undecided, not an error", async () => {
      const { host, session } = start({ a: silent, b: silent });
      await host.clock.advance(5_000);
      expect(await session.outcome).toMatchObject({ status: "undecided", absent: ["a", "b"] });
    });

    it("who crashes is absent, whatever it throws", async () => {
      const crash: Script = () => Promise.reject(new TypeError("oops"));
      const { session } = start({ a: says(yes), b: crash, c: () => Promise.reject(undefined), d: says(yes) });
      expect(await session.outcome).toMatchObject({ status: "decided", absent: ["b", "c"] });
    });

    it("an answer out of shape is rejected and reported, and the others count", async () => {
      for (const answer of bad) {
        const { session } = start({ a: says(answer), b: says(yes), c: says(yes) });
        expect(await session.outcome).toMatchObject({
          status: "decided",
          absent: [],
          rejected: [{ agent: "a", reason: expect.any(String) as string }],
        });
      }
    });

    it("an outcome that can no longer change is decided without waiting for the rest", async () => {
      let released: unknown;
      const hangs: Script = (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject((released = signal.reason) as Error));
        });
      const { host, session } = start({ a: says(yes), b: hangs, c: says(yes), d: says(yes), e: silent });
      expect(await session.outcome).toMatchObject({ status: "decided", absent: [], durationMs: 0 });
      expect(host.clock.monotonic()).toBe(0);
      expect(released).toMatchObject({ name: "AbortError" });
    });

    it("the outcome is journaled, then applied, then told", async () => {
      const { host, session } = start({ a: says(yes), b: says(yes) }, { apply: "v" });
      const outcome = await session.outcome;
      expect(outcome.applied).toEqual({ variable: "v" });
      expect(host.variables).toEqual([{ id: "v", value, by: session.id }]);
      const { applied: _, ...decided } = outcome;
      expect(await journaled(host)).toMatchObject([{ session: session.id, protocol: name, outcome: decided }]);
      expect(host.emitted).toEqual([
        { event: "protocol:started", session: session.id },
        { event: "protocol:completed", session: session.id },
      ]);
    });

    it("a variable that refuses is reported and does not undo the decision", async () => {
      const { session } = start({ a: says(yes), b: says(yes) }, { apply: "refused" });
      expect(await session.outcome).toMatchObject({
        status: "decided",
        applied: { variable: "refused", error: { code: "CONSTRAINT_VIOLATED" } },
      });
    });

    it("an undecided session sets nothing", async () => {
      const { host, session } = start({ a: silent, b: silent }, { apply: "v", timeoutMs: 1 });
      await host.clock.advance(1);
      await session.outcome;
      expect(host.variables).toEqual([]);
    });

    it("a cancelled session resolves as such, and delivers nothing later", async () => {
      let answer: (value: unknown) => void = () => {};
      const later: Script = () => new Promise((resolve) => (answer = resolve));
      const { host, session } = start({ a: says(yes), b: later, c: later }, { apply: "v" });
      await host.clock.settle();
      expect(session.cancel("enough")).toBe(true);
      expect(session.cancel()).toBe(false);
      const outcome = await session.outcome;
      expect(outcome).toMatchObject({ status: "cancelled", reason: "enough", result: null });
      const before = [...host.emitted];
      answer(yes);
      await host.clock.advance(60_000);
      expect(host.emitted).toEqual(before);
      expect(before.map(({ event }) => event)).toEqual(["protocol:started", "protocol:cancelled"]);
      expect(host.variables).toEqual([]);
      expect(await journaled(host)).toHaveLength(1);
      expect(session.status).toBe("cancelled");
    });

    it("a signal cancels, also one that fired before anybody was asked", async () => {
      const stop = new AbortController();
      const { host, session } = start({ a: silent, b: silent }, { signal: stop.signal });
      await host.clock.settle();
      stop.abort();
      expect(await session.outcome).toMatchObject({ status: "cancelled", reason: "aborted" });
      const early = start({ a: says(yes) }, { signal: AbortSignal.abort() });
      expect(await early.session.outcome).toMatchObject({ status: "cancelled" });
      expect(early.host.asked).toEqual([]);
    });

    it("sessions of the same participants do not hear each other's answers", async () => {
      const byRun = (request: { subject?: Json }): unknown => (request.subject === "first" ? yes : no);
      const host = scriptedHost({ a: byRun, b: byRun, c: byRun });
      const protocols = createProtocols(host);
      const participants = ["a", "b", "c"];
      const sessions = Array.from({ length: 40 }, (_, index) =>
        protocols.run(name, {
          participants,
          ...config(participants),
          subject: index % 2 === 0 ? "first" : "second",
          apply: `v${index}`,
        }),
      );
      await Promise.all(sessions.map(({ outcome }) => outcome));
      const set = new Map(host.variables.map((variable) => [variable.id, variable]));
      for (const [index, session] of sessions.entries()) {
        expect(set.get(`v${index}`)?.by).toBe(session.id);
        expect(JSON.stringify(set.get(`v${index}`)?.value) === JSON.stringify(value)).toBe(index % 2 === 0);
      }
    });

    it("events tell the whole story to any number of readers, early and late, and end", async () => {
      const { host, session } = start({ a: says(yes), b: says(bad[0]), c: silent }, { timeoutMs: 10 });
      const read = async (): Promise<SessionEvent[]> => {
        const events: SessionEvent[] = [];
        for await (const event of session.events) events.push(event);
        return events;
      };
      const early = read();
      await host.clock.advance(10);
      const types = (await early).map((event) => ("agent" in event ? `${event.type} ${event.agent}` : event.type));
      expect(types).toEqual(["started", "answered a", "rejected b", "absent c", "completed"]);
      expect(await read()).toEqual(await early);
    });

    it("participants that are unknown, listed twice or too few reject the outcome, and nobody is asked", async () => {
      const host = scriptedHost({ a: says(yes) });
      const protocols = createProtocols(host);
      const run = (participants: unknown): Promise<unknown> =>
        protocols.run(name, { ...config(["a"]), participants: participants as string[] }).outcome;
      await expect(run(["a", "stranger"])).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });
      const refused = (reason: string): object => ({ code: "INVALID_INPUT", details: { reason } });
      await expect(run(["a", "a"])).rejects.toMatchObject(refused("duplicate-agent"));
      await expect(run([])).rejects.toMatchObject({ details: { reason: "too-few-agents", required: 1, actual: 0 } });
      await expect(run({ tag: "nobody" })).rejects.toMatchObject(refused("too-few-agents"));
      await expect(run("a")).rejects.toMatchObject(refused("invalid-participants"));
      await expect(run(undefined)).rejects.toMatchObject(refused("invalid-participants"));
      expect(host.asked).toEqual([]);
      expect(protocols.list().map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "failed"));
    });
  });
}
