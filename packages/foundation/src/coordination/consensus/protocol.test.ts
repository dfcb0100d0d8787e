import { describe, expect, it } from "vitest";
import { createProtocols } from "../protocols.ts";
import { protocolSuite } from "../protocol.suite.ts";
import { scriptedHost, silent } from "../scripted-host.test-support.ts";
import type { Script } from "../scripted-host.test-support.ts";

const options = ["yes", "no"];
const bad = [["yes", "no"], "maybe", 1, undefined, {}, true];
const common = { handler: "vote", answers: ["yes", "no"] as const, bad, value: "yes" };

protocolSuite({ ...common, name: "majority", config: () => ({ options }) });
protocolSuite({
  ...common,
  name: "weighted",
  config: (participants) => ({
    options,
    weights: Object.fromEntries(participants.map((id, at) => [id, 2 + at * 0.1])),
  }),
});

const votes = (choices: Record<string, string | null>): Record<string, Script> =>
  Object.fromEntries(Object.entries(choices).map(([id, choice]) => [id, () => choice]));

describe("majority", () => {
  it("results in the count of everybody who answered at once", async () => {
    const protocols = createProtocols(scriptedHost(votes({ a: "yes", b: "yes", c: "yes", d: "no", e: null })));
    const session = protocols.run("majority", { participants: {}, options });
    expect(await session.outcome).toMatchObject({
      status: "decided",
      result: { winner: "yes", tally: { yes: 3, no: 1 }, abstained: 1, rejected: [] },
      participants: ["a", "b", "c", "d", "e"],
    });
  });

  it("needs its threshold and its quorum, and says which was missed", async () => {
    const scripts = { ...votes({ a: "yes", b: "yes", c: "no" }), d: silent };
    const reason = async (config: object): Promise<unknown> => {
      const host = scriptedHost(scripts);
      const { outcome } = createProtocols(host).run("majority", { participants: {}, options, ...config });
      await host.clock.advance(5_000);
      const { status, reason: why } = await outcome;
      return why ?? status;
    };
    expect(await reason({})).toBe("decided");
    expect(await reason({ threshold: { op: ">", num: 2, den: 3, base: "cast" } })).toBe("threshold-not-met");
    expect(await reason({ threshold: { op: ">", num: 1, den: 2, base: "eligible" } })).toBe("threshold-not-met");
    expect(await reason({ quorum: { num: 4, den: 4 } })).toBe("no-quorum");
    expect(await reason({ quorum: { num: 3, den: 4 } })).toBe("decided");
  });

  it("rejects a bad configuration before anybody is asked", async () => {
    const host = scriptedHost(votes({ a: "yes" }));
    const protocols = createProtocols(host);
    const run = (config: object): Promise<unknown> =>
      protocols.run("majority", { participants: ["a"], options, ...config }).outcome;
    for (const [config, reason] of [
      [{ options: [] }, "empty"],
      [{ options: ["x", "x"] }, "duplicate-option"],
      [{ options: undefined }, "not-a-list"],
      [{ threshold: { op: ">", num: 2, den: 1, base: "cast" } }, "invalid-threshold"],
      [{ quorum: { num: 1, den: 0 } }, "invalid-quorum"],
      [{ timeoutMs: NaN }, "invalid-number"],
      [{ apply: "" }, "invalid-id"],
      [{ signal: "no" }, "invalid-signal"],
    ] as const) {
      await expect(run(config), reason).rejects.toMatchObject({ code: "INVALID_INPUT", details: { reason } });
    }
    expect(host.asked).toEqual([]);
  });
});

describe("weighted", () => {
  it("counts the caller's weights, 1 where there is none, and no weight that a ballot claims", async () => {
    const heavy: Script = () => ({ choice: "no", weight: 99 });
    const scripts = { ...votes({ a: "yes", b: "no", c: "no", ["__proto__"]: "yes" }), liar: heavy };
    const protocols = createProtocols(scriptedHost(scripts));
    const session = protocols.run("weighted", { participants: {}, options, weights: { a: 2.5 } });
    expect(await session.outcome).toMatchObject({
      status: "decided",
      result: { winner: "yes", tally: { yes: 3.5, no: 2 }, eligible: 6.5 },
      rejected: [{ agent: "liar", reason: "not-a-vote" }],
    });
  });

  it("refuses missing and impossible weights", async () => {
    const protocols = createProtocols(scriptedHost(votes({ a: "yes" })));
    for (const weights of [undefined, { a: -1 }, { a: NaN }, { a: "1" }]) {
      const session = protocols.run("weighted", { participants: ["a"], options, weights: weights as never });
      await expect(session.outcome).rejects.toMatchObject({ details: { reason: "invalid-weight" } });
    }
  });
});
