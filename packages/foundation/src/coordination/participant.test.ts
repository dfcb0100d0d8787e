import { expect, it } from "vitest";
import { defineAgent } from "../agents/define.ts";
import { createMabeam } from "../mabeam.ts";
import { testClock } from "../testing/test-clock.ts";
import { participant } from "./participant.ts";

it("a behaviour for an unknown question, or one that is no function, is refused", () => {
  const refused = expect.objectContaining({ code: "INVALID_INPUT" }) as Error;
  expect(() => participant({ vot: () => "yes" } as never)).toThrow(refused);
  expect(() => participant({ vote: "yes" } as never)).toThrow(refused);
  expect(() => participant(null as never)).toThrow(refused);
  expect(Object.keys(participant({ vote: () => null, bid: () => 1 }))).toEqual(["vote", "bid"]);
});

it("real agents agree although one throws, one never answers and one has no vote", async () => {
  const clock = testClock();
  const system = await createMabeam({ clock, seed: 1 });
  const voter = (name: string, vote: () => string | Promise<string>) =>
    system.registerAgent(name, defineAgent({ name, handlers: { ...participant({ vote }), other: () => 1 } }));
  await voter("one", () => "tea");
  await voter("two", async () => "tea");
  await voter("contrary", () => "coffee");
  await voter("throws", () => {
    throw new TypeError("no opinion");
  });
  await voter("hangs", () => new Promise(() => {}));
  await system.registerAgent("mute", defineAgent({ name: "mute", handlers: { other: () => 1 } }));

  const seen: string[] = [];
  system.events.subscribe("protocol:*", (_, event) => seen.push(event));
  const threshold = { op: ">", num: 1, den: 2, base: "cast" } as const;
  const session = system.protocols.run("majority", {
    participants: {},
    options: ["tea", "coffee"],
    threshold,
    timeoutMs: 200,
  });
  await clock.advance(200);
  expect(await session.outcome).toMatchObject({
    status: "decided",
    result: { winner: "tea", tally: { tea: 2, coffee: 1 } },
    absent: ["throws", "hangs", "mute"],
    durationMs: 200,
  });
  expect(seen).toEqual(["protocol:started", "protocol:completed"]);
  expect(system.agents.get("throws")).toMatchObject({ status: "running", restarts: 1 });
  await system.close();
});
