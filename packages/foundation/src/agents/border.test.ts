import { expect, it } from "vitest";
import { createMabeam, defineAgent } from "../index.ts";
import { testClock } from "../testing.ts";

const plain = { name: "plain", handlers: { ping: () => "pong" } };
const refused = { code: "INVALID_INPUT" };

it.each([
  [null],
  ["x"],
  [[]],
  [{ logger: 3 }],
  [{ logger: {} }],
  [{ telemetry: 3 }],
  [{ telemetry: { tracer: {} } }],
  [{ seed: Number.NaN }],
  [{ journal: {} }],
])("createMabeam refuses %j", async (options) => {
  await expect(createMabeam(options as never)).rejects.toMatchObject(refused);
});

it.each([
  [null],
  [{ role: 3 }],
  [{ role: "" }],
  [{ tags: "x" }],
  [{ tags: [1] }],
  [{ tags: [""] }],
  [{ mailbox: 3 }],
  [{ mailbox: { size: 3 } }],
  [{ autoStart: "yes" }],
  [{ args: () => 1 }],
])("registerAgent refuses %j", async (options) => {
  const mabeam = await createMabeam({ clock: testClock() });
  await expect(mabeam.registerAgent("a", plain, options as never)).rejects.toMatchObject(refused);
  expect(mabeam.agents.count()).toBe(0);
});

it.each([
  [{ handlers: [] }],
  [{ capabilities: "x" }],
  [{ capabilities: [3] }],
  [{ capabilities: [""] }],
  [{ onStrat: () => {} }],
])("defineAgent refuses %j", (members) => {
  expect(() => defineAgent({ ...plain, ...members } as never)).toThrow(expect.objectContaining(refused));
});

it.each([
  [null],
  [3],
  [{ capabilities: "x" }],
  [{ role: 3 }],
  [{ status: "zzz" }],
  [{ where: 3 }],
  [{ where: { id: null } }],
  [{ where: { restarts: {} } }],
  [{ where: { restarts: { gte: Number.NaN } } }],
])("find and watch refuse %j", async (query) => {
  const { agents } = await createMabeam({ clock: testClock() });
  expect(() => agents.find(query as never)).toThrow(expect.objectContaining(refused));
  expect(() => agents.watch(query as never)).toThrow(expect.objectContaining(refused));
});

it.each([
  [null, {}],
  [3, {}],
  [{ zz: 1 }, {}],
  [{ taskRequirements: 3 }, {}],
  [{}, { timeoutMs: Number.NaN }],
  [{}, { timeoutMs: -1 }],
  [{}, { signal: 3 }],
])("coordinateSystem refuses %j with %j", async (context, options) => {
  const mabeam = await createMabeam({ clock: testClock() });
  await expect(mabeam.coordinateSystem(context as never, options as never)).rejects.toMatchObject(refused);
});

it("a handler that throws what has no text is a crash like any other", async () => {
  const clock = testClock();
  const mabeam = await createMabeam({ clock });
  const thrown: unknown = Object.create(null);
  const bare = (): never => {
    throw thrown;
  };
  const ref = await mabeam.registerAgent("a", defineAgent({ name: "a", handlers: { bare } }));
  await expect(ref.ask("bare")).rejects.toMatchObject({ code: "HANDLER_FAILED", cause: thrown });
  await clock.settle();
  expect(ref.info().status).toBe("running");
});

it("a message that is taken up at once needs no room in the mailbox", async () => {
  const mabeam = await createMabeam({ clock: testClock() });
  const ref = await mabeam.registerAgent("a", plain, { mailbox: { capacity: 1 } });
  const outcomes = await Promise.allSettled([ref.ask("ping"), ref.ask("ping"), ref.ask("ping")]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});

it("what an agent is cannot be changed through what is known of it", async () => {
  const mabeam = await createMabeam({ clock: testClock() });
  const capabilities = ["count"];
  const tags = ["x"];
  const definition = defineAgent({ ...plain, capabilities });
  const ref = await mabeam.registerAgent("a", definition, { tags });
  capabilities.push("sum");
  tags.push("y");
  expect(ref.info()).toMatchObject({ capabilities: ["count"], tags: ["x"] });
  expect(Object.isFrozen(ref.info().capabilities) && Object.isFrozen(ref.info().tags)).toBe(true);
  expect(() => mabeam.events.subscribe("agent::*", () => {})).toThrow(expect.objectContaining(refused));
});
