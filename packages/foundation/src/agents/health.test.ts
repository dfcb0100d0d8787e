import { expect, it } from "vitest";
import { createMabeam, defineAgent, type Health } from "../index.ts";
import { testClock } from "../testing.ts";

function patient(health?: () => Health | Promise<Health>) {
  return defineAgent({
    name: "patient",
    handlers: { ping: () => "pong", hang: () => new Promise(() => {}) },
    ...(health === undefined ? {} : { health }),
  });
}

it.each<[string, () => Health | Promise<Health>, number]>([
  ["says so", () => ({ healthy: false, detail: "tired" }), 100],
  ["throws", () => Promise.reject(new Error("ill")), 100],
  ["does not answer in time", () => new Promise(() => {}), 200],
  ["answers nonsense", () => "fine" as never, 100],
])("an agent that %s is restarted", async (_, health, afterMs) => {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  let isIll = false;
  const definition = patient(() => (isIll ? health() : { healthy: true }));
  const ref = await mabeam.registerAgent("p", definition, { healthIntervalMs: 100 });
  await clock.advance(1_000);
  expect(ref.info().restarts).toBe(0);
  isIll = true;
  await clock.advance(afterMs - 1);
  isIll = afterMs > 100;
  expect(ref.info().restarts).toBe(0);
  isIll = true;
  await clock.advance(1);
  expect(ref.info()).toMatchObject({ restarts: 1, status: "running" });
  await mabeam.close();
});

it("without a hook, an agent is hung when one message is under way for the interval while others wait", async () => {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  const watched = await mabeam.registerAgent("watched", patient(), { healthIntervalMs: 100 });
  const unwatched = await mabeam.registerAgent("unwatched", patient());
  for (const ref of [watched, unwatched]) ref.tell("hang");
  await clock.advance(500);
  expect(watched.info().restarts).toBe(0);
  const answered = watched.ask("ping");
  void unwatched.ask("ping").catch(() => {});
  await clock.advance(200);
  expect(await answered).toBe("pong");
  expect([watched.info().restarts, unwatched.info().restarts]).toEqual([1, 0]);
  const closed = mabeam.close();
  await clock.advance(5_000);
  await closed;
});
