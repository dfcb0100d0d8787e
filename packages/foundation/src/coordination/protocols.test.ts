import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../journal/journal.ts";
import type { Protocol, ProtocolRequest } from "./protocol.ts";
import { createProtocols } from "./protocols.ts";
import { scriptedHost, silent } from "./scripted-host.test-support.ts";

const options = ["yes", "no"];
const yes = (): string => "yes";

/** A protocol of a user: everybody names a number, the greatest wins. */
const greatest: Protocol<{ floor?: number }, { best: number | null }> = {
  minimum: 2,
  open: ({ floor = 0 }) => {
    let best: number | null = null;
    return {
      handler: "estimate",
      answer: (_, answer) => {
        if (typeof answer !== "number" || answer < floor) return "too-small";
        best = Math.max(best ?? answer, answer);
        return undefined;
      },
      miss: () => {},
      isSettled: () => false,
      decide: () => ({ status: best === null ? "undecided" : "decided", result: { best }, value: best }),
    };
  },
};

describe("sessions", () => {
  it("are found by id while they run and afterwards, newest first", async () => {
    const host = scriptedHost({ a: yes, b: silent });
    const protocols = createProtocols(host);
    const quick = protocols.run("majority", { participants: ["a"], options });
    await quick.outcome;
    const slow = protocols.run("majority", { participants: ["a", "b"], options, timeoutMs: 100 });
    expect(protocols.status(slow.id)).toBe("collecting");
    expect(protocols.result(slow.id)).toBeUndefined();
    expect(protocols.result(quick.id)).toEqual(await quick.outcome);
    expect(protocols.list().map(({ id }) => id)).toEqual([slow.id, quick.id]);
    expect(protocols.list({ active: true }).map(({ id }) => id)).toEqual([slow.id]);
    await host.clock.advance(100);
    expect(protocols.list({ active: true })).toEqual([]);
    expect(protocols.list({ active: false }).map(({ id }) => id)).toEqual([slow.id, quick.id]);
    expect([protocols.status("unknown"), protocols.result("unknown")]).toEqual([undefined, undefined]);
  });

  it("are forgotten after a hundred more, and the history says how many were", async () => {
    const protocols = createProtocols(scriptedHost({ a: yes }));
    const ids: string[] = [];
    for (let n = 0; n < 103; n++) {
      const session = protocols.run("majority", { participants: ["a"], options });
      await session.outcome;
      ids.unshift(session.id);
    }
    const { entries, dropped } = protocols.history();
    expect(entries.map(({ id }) => id)).toEqual(ids.slice(0, 100));
    expect(dropped).toBe(3);
    expect(protocols.status(ids.at(-1) as string)).toBeUndefined();
    expect(protocols.history({ last: 2 }).entries.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  });

  it("that cannot be journaled fail instead of claiming an outcome", async () => {
    const host = scriptedHost({ a: yes });
    await host.journal.close();
    const session = createProtocols(host).run("majority", { participants: ["a"], options, apply: "v" });
    await expect(session.outcome).rejects.toMatchObject({ code: "CLOSED" });
    expect(session.status).toBe("failed");
    expect(host.variables).toEqual([]);
  });

  it("are cancelled by close, which waits for them and refuses others", async () => {
    const protocols = createProtocols(scriptedHost({ a: silent }));
    const session = protocols.run("majority", { participants: ["a"], options });
    await protocols.close();
    expect(await session.outcome).toMatchObject({ status: "cancelled", reason: "closed" });
    const late = protocols.run("majority", { participants: ["a"], options });
    await expect(late.outcome).rejects.toMatchObject({ code: "CLOSED" });
    expect(() => protocols.register("late", greatest)).toThrow(expect.objectContaining({ code: "CLOSED" }));
    await protocols.close();
  });
});

describe("protocols", () => {
  it("of the user run like those that are built in", async () => {
    const host = scriptedHost({ a: () => 4, b: () => 9, c: () => -1 });
    const protocols = createProtocols(host);
    protocols.register("greatest", greatest);
    const session = protocols.run("greatest", { participants: {}, floor: 1, apply: "level" });
    expect(await session.outcome).toMatchObject({
      result: { best: 9 },
      rejected: [{ agent: "c", reason: "too-small" }],
    });
    expect(host.variables).toMatchObject([{ id: "level", value: 9 }]);
    const alone = protocols.run("greatest", { participants: ["a"] });
    await expect(alone.outcome).rejects.toMatchObject({
      details: { reason: "too-few-agents", required: 2, actual: 1 },
    });
    expect(protocols.unregister("greatest")).toBe(true);
    expect(protocols.unregister("greatest")).toBe(false);
    expect(protocols.unregister("majority")).toBe(false);
    expect(protocols.names()).toEqual(["majority", "weighted"]);
  });

  it("that throw fail their session, and nobody else's", async () => {
    const protocols = createProtocols(scriptedHost({ a: yes, b: yes }));
    const broken: Protocol = {
      open: () => ({
        handler: "vote",
        answer: () => {
          throw new TypeError("defect");
        },
        miss: () => {},
        isSettled: () => false,
        decide: () => ({ status: "decided", result: null }),
      }),
    };
    protocols.register("broken", broken);
    const [failing, sound] = ["broken", "majority"].map((name) =>
      protocols.run(name, { participants: ["a", "b"], options }),
    );
    await expect(failing?.outcome).rejects.toThrow("defect");
    expect(await sound?.outcome).toMatchObject({ status: "decided" });
  });

  it("that are unknown, registered twice or malformed are refused", async () => {
    const protocols = createProtocols(scriptedHost({ a: yes }));
    await expect(protocols.run("nope", { participants: ["a"] }).outcome).rejects.toMatchObject({
      code: "PROTOCOL_NOT_FOUND",
    });
    const refused = (reason: string): Error =>
      expect.objectContaining({
        code: "INVALID_INPUT",
        details: expect.objectContaining({ reason }) as object,
      }) as Error;
    expect(() => protocols.register("majority", greatest)).toThrow(refused("duplicate-protocol"));
    expect(() => protocols.register("x", {} as Protocol)).toThrow(refused("invalid-protocol"));
    expect(() => protocols.register("", greatest)).toThrow(refused("invalid-id"));
  });
});

describe("a run", () => {
  it("gives each participant a subject of its own, as it was when the session began", async () => {
    const seen: unknown[] = [];
    const scribble = ({ subject }: ProtocolRequest): string => {
      seen.push(structuredClone(subject));
      (subject as { topic: string }).topic = "scribbled";
      return "yes";
    };
    const host = scriptedHost({ a: scribble, b: scribble });
    const subject = { topic: "clean" };
    const session = createProtocols(host).run("majority", { participants: ["a", "b"], options, subject });
    await session.outcome;
    expect(seen).toEqual([{ topic: "clean" }, { topic: "clean" }]);
    expect(subject).toEqual({ topic: "clean" });
    for await (const entry of host.journal.read("sessions"))
      expect(entry).toMatchObject({ record: { subject: { topic: "clean" } } });
  });

  it.each<[string, string, object]>([
    ["an option that is misspelt", "majority", { treshold: {} }],
    ["weights of a stranger", "weighted", { weights: { a: 1, stranger: 2 } }],
    ["weights where there are none", "majority", { weights: { a: 1 } }],
    ["a subject that is no JSON", "majority", { subject: () => 1 }],
  ])("with %s is refused before anybody is asked", async (_, name, wrong) => {
    const host = scriptedHost({ a: yes });
    const session = createProtocols(host).run(name, { participants: ["a"], options, ...wrong });
    await expect(session.outcome).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(host.asked).toEqual([]);
  });

  it("is recorded, and the record stays short", async () => {
    const host = scriptedHost({ a: yes });
    const protocols = createProtocols(host);
    const runs = Array.from({ length: 1_050 }, () => protocols.run("majority", { participants: ["a"], options }));
    await Promise.all(runs.map(({ outcome }) => outcome));
    const entries: JournalEntry[] = [];
    for await (const entry of host.journal.read("sessions")) entries.push(entry);
    expect(entries.length).toBeLessThan(100);
    const [first] = entries;
    expect(first).toMatchObject({ snapshot: { sessions: { length: 100 }, dropped: (first?.position ?? 0) - 100 } });
  });
});
