import { describe, expect, it } from "vitest";
import { createMabeam, memoryJournal, parameter, type Json, type OrchestrationVariable } from "../index.ts";
import { testClock } from "../testing.ts";

const start = (journal = memoryJournal()) => createMabeam({ clock: testClock(), seed: 1, journal });
const value = (id: string, initial: Json, dependsOn: string[] = []) =>
  parameter(id, { agents: [], value: initial, dependsOn });

describe("values", () => {
  it("are copies: what the giver or a reader does with them afterwards changes nothing", async () => {
    const { variables } = await start();
    const initial = { list: [1] };
    await variables.add(value("v", initial));
    initial.list.push(2);
    expect(variables.get("v")?.value).toEqual({ list: [1] });
    const given = { list: [3] };
    const setting = variables.set("v", given);
    given.list.push(4);
    const change = await setting;
    expect(() => variables.get("v")?.value.list.push(5)).toThrow(TypeError);
    expect(() => Object.assign(variables.list()[0] ?? {}, { agents: ["a"] })).toThrow(TypeError);
    expect(() => (change.to.list.length = 0)).toThrow(TypeError);
    variables.history("v").entries.length = 0;
    expect(variables.get("v")?.value).toEqual({ list: [3] });
    expect(variables.history("v").entries).toMatchObject([{ from: { list: [1] }, to: { list: [3] } }]);
  });

  it.each([
    ["undefined", undefined],
    ["NaN", NaN],
    ["a function", () => 1],
    ["a hole", [undefined]],
  ])("are plain JSON: %s is refused and changes nothing", async (_, wrong) => {
    const { variables } = await start();
    await variables.add(value("v", 1));
    const refused = { code: "INVALID_INPUT", details: { reason: "not-json" } };
    await expect(variables.set("v", wrong as Json)).rejects.toMatchObject(refused);
    await expect(variables.update("v", () => wrong as Json)).rejects.toMatchObject(refused);
    await expect(variables.add(value("w", wrong as Json))).rejects.toMatchObject(refused);
    expect(variables.get("v")).toMatchObject({ value: 1, version: 1 });
    expect(variables.get("w")).toBeUndefined();
  });

  it("keep a member called __proto__ a member", async () => {
    const { variables } = await start();
    await variables.add(value("__proto__", JSON.parse('{"__proto__":{"x":1}}') as Json));
    expect(JSON.stringify(variables.get("__proto__")?.value)).toBe('{"__proto__":{"x":1}}');
  });
});

describe("updating", () => {
  it("with an asynchronous function loses nothing, and keeps nobody waiting", async () => {
    const { variables } = await start();
    await variables.add(value("n", 0));
    void variables.update("n", () => new Promise<Json>(() => {}));
    const updates = Array.from({ length: 20 }, () =>
      variables.update("n", async (n: number) => {
        await Promise.resolve();
        return n + 1;
      }),
    );
    await Promise.all([...updates, variables.update("n", (n: number) => n + 100)]);
    expect(variables.get("n")).toMatchObject({ value: 120, version: 22 });
    await expect(variables.update("n", () => Promise.reject(new Error("oops")))).rejects.toThrow("oops");
  });
});

describe("adding and removing at the same time", () => {
  it("never lets a circle in", async () => {
    const { variables } = await start();
    const adding = await Promise.allSettled([variables.add(value("a", 1, ["b"])), variables.add(value("b", 1, ["a"]))]);
    expect(adding.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((adding[1] as PromiseRejectedResult).reason).toMatchObject({ code: "CYCLE" });
    expect(variables.list().map(({ id }) => id)).toEqual(["a"]);
  });

  it("removes once", async () => {
    const mabeam = await start();
    let removed = 0;
    mabeam.events.subscribe("variable:removed", () => removed++);
    await mabeam.variables.add(value("v", 1));
    expect(await Promise.all([mabeam.variables.remove("v"), mabeam.variables.remove("v")])).toEqual([true, false]);
    expect(removed).toBe(1);
  });
});

describe("an earlier life", () => {
  it.each([null, 0, false, ""])("leaves %j, which wins over the initial value", async (left) => {
    const journal = memoryJournal();
    const before = await start(journal);
    await before.variables.add(value("v", "initial"));
    await before.variables.set("v", left);
    const after = await start(journal);
    await after.variables.add(value("v", "initial"));
    expect(after.variables.get("v")).toMatchObject({ value: left, version: 2 });
  });

  it("may have left a value that a new constraint refuses, whatever the initial one is", async () => {
    const journal = memoryJournal();
    const before = await start(journal);
    await before.variables.add(value("v", -5));
    const positive = { name: "positive", check: (n: number) => n > 0 };
    const strict = (initial: number): OrchestrationVariable =>
      parameter("v", { agents: [], value: initial, constraints: [positive] });
    const after = await start(journal);
    await expect(after.variables.add(strict(1))).rejects.toMatchObject({
      code: "CONSTRAINT_VIOLATED",
      details: { constraint: "positive", value: -5 },
    });
    await before.variables.set("v", 5);
    const later = await start(journal);
    await later.variables.add(strict(-1));
    expect(later.variables.get("v")?.value).toBe(5);
  });

  it("is kept short in the journal, and loses nothing by it", async () => {
    const journal = memoryJournal();
    const before = await start(journal);
    await before.variables.add(value("rare", "kept"));
    await before.variables.add(value("v", 0));
    for (let n = 1; n <= 2_500; n++) await before.variables.set("v", n);
    let records = 0;
    for await (const entry of journal.read("variables", { from: 1 })) if ("record" in entry) records++;
    expect(records).toBeLessThan(1_000);
    const after = await start(journal);
    for (const id of ["rare", "v"]) await after.variables.add(value(id, null));
    expect(after.variables.get("rare")).toMatchObject({ value: "kept", version: 1 });
    expect(after.variables.get("v")).toMatchObject({ value: 2_500, version: 2_501 });
    expect(after.variables.history("v")).toEqual(before.variables.history("v"));
  });
});

it("refuses every change after the system is closed, also with a journal that stays open", async () => {
  const mabeam = await start();
  const { variables } = mabeam;
  await variables.add(value("v", 1));
  let wake: (n: Json) => void = () => {};
  const late = variables.update("v", () => new Promise<Json>((resolve) => (wake = resolve)));
  await variables.read("v");
  await mabeam.close();
  wake(2);
  const changes = [late, variables.set("v", 2), variables.update("v", () => 2), variables.remove("v")];
  const settled = await Promise.allSettled([...changes, variables.add(value("w", 1))]);
  for (const change of settled) expect(change).toMatchObject({ status: "rejected", reason: { code: "CLOSED" } });
  expect(variables.get("v")?.value).toBe(1);
});
