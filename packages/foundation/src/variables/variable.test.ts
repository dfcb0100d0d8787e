import { expect, it } from "vitest";
import { agentSelection, communicationTopology, createMabeam, parameter } from "../index.ts";

const variable = { id: "v", type: "custom", agents: ["a"], value: 1 };

it.each<[string, object | null]>([
  ["null", null],
  ["a list", []],
  ["an unknown member", { ...variable, dependOn: [] }],
  ["no value", { ...variable, value: undefined }],
  ["agents that are no list", { ...variable, agents: "a" }],
  ["dependsOn that is no list", { ...variable, dependsOn: "x" }],
  ["a dependency that is no id", { ...variable, dependsOn: [3] }],
  ["a version of its own", { ...variable, version: 5 }],
  ["coordinate that is no function", { ...variable, coordinate: 3 }],
  ["constraints that are no list", { ...variable, constraints: {} }],
  ["a constraint that is null", { ...variable, constraints: [null] }],
  ["a type that is no text", { ...variable, type: Object.create(null) as object }],
])("a variable with %s is refused", async (_, wrong) => {
  const { variables } = await createMabeam();
  await expect(variables.add(wrong as never)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(variables.list()).toEqual([]);
});

const agents = ["a", "b"];
it.each<[string, () => unknown]>([
  ["a selection of null", () => agentSelection("s", null as never)],
  ["a selection without agents", () => agentSelection("s", {} as never)],
  ["a selection of nobody", () => agentSelection("s", { agents: [] })],
  ["a selection that may run none", () => agentSelection("s", { agents, maxConcurrent: 0 })],
  ["a selection by something else", () => agentSelection("s", { agents, by: "luck" as never })],
  ["a selection with a typing error", () => agentSelection("s", { agents, maxConcurent: 1 } as never)],
  ["a selection whose required is no list", () => agentSelection("s", { agents, required: "a" as never })],
  ["a topology of nobody", () => communicationTopology("t", { agents: [], pattern: "ring" })],
  ["a topology with a typing error", () => communicationTopology("t", { agents, pattern: "ring", hubb: 1 } as never)],
  [
    "a topology with an edge of null",
    () => communicationTopology("t", { agents, pattern: "custom", edges: [null] } as never),
  ],
  [
    "a topology with layers of text",
    () => communicationTopology("t", { agents, pattern: "layered", layers: ["a"] } as never),
  ],
  ["a parameter of null", () => parameter("p", null as never)],
  ["a parameter with a schema that is none", () => parameter("p", { agents, value: 1, schema: 3 as never })],
  [
    "a parameter with constraints that are no list",
    () => parameter("p", { agents, value: 1, constraints: {} as never }),
  ],
])("%s is refused", (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
});

it.each<[string, object | null]>([
  ["null", null],
  ["a version that is text", { expectedVersion: "1" }],
  ["a version of NaN", { expectedVersion: NaN }],
  ["by that is no text", { by: 3 }],
  ["a reason that is no text", { reason: {} }],
  ["an unknown option", { expectVersion: 1 }],
])("setting with %s is refused and changes nothing", async (_, options) => {
  const { variables } = await createMabeam();
  await variables.add(parameter("v", { agents: [], value: 1 }));
  await expect(variables.set("v", 2, options as never)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(variables.update("v", () => 2, options as never)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(variables.get("v")).toMatchObject({ value: 1, version: 1 });
});

it.each([-1, NaN, 1.5, "x"])("a history of the last %s is refused", async (last) => {
  const { variables } = await createMabeam();
  await variables.add(parameter("v", { agents: [], value: 1 }));
  expect(() => variables.history("v", { last: last as number })).toThrow(
    expect.objectContaining({ code: "INVALID_INPUT" }),
  );
});
