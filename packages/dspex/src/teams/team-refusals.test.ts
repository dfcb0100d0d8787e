import { agentSelection, communicationTopology, parameter } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import { agents, answerer, drafter, refused, system, variables, voter } from "./cast.test-support.ts";
import { createTeam } from "./team.ts";

describe("what makes no team", () => {
  const voters = () => ({ a: voter("ham"), b: voter("spam") });
  const topology = (id: string, agentIds: string[]) => communicationTopology(id, { agents: agentIds, pattern: "mesh" });
  const cases: [string, object, object, object][] = [
    ["nobody", {}, { output: "label" }, refused("empty-team")],
    ["a key with a dot", { "a.b": voter("ham") }, { output: "label" }, refused("invalid-key")],
    ["a key with a slash", { "a/b": voter("ham") }, { output: "label" }, refused("invalid-key")],
    ["the key team", { team: voter("ham") }, { output: "label" }, refused("invalid-key")],
    ["an empty key", { "": voter("ham") }, { output: "label" }, refused("invalid-key")],
    ["the key __proto__", JSON.parse('{ "__proto__": 1 }'), { output: "label" }, refused("invalid-key")],
    ["something that is no program", { a: {} }, { output: "label" }, refused("not-a-program")],
    ["nothing", { a: null }, { output: "label" }, refused("not-a-program")],
    ["no output", voters(), { output: [] }, refused("no-output")],
    ["an output that nobody writes", voters(), { output: "answer" }, refused("unknown-output")],
    ["half a round", voters(), { output: "label", rounds: 0.5 }, refused("invalid-number")],
    ["an id that is none", voters(), { output: "label", id: "" }, refused("invalid-id")],
    ["an unknown rule", voters(), { output: "label", aggregate: { label: "loudest" } }, refused("unknown-aggregation")],
    [
      "a rule that does not fit",
      voters(),
      { output: "label", aggregate: { label: "mean" } },
      refused("unknown-aggregation"),
    ],
    [
      "a rule for a field of one writer",
      { a: voter("ham") },
      { output: "label", aggregate: { label: "majority" } },
      refused("not-shared"),
    ],
    [
      "a selection of strangers",
      voters(),
      { output: "label", variables: [agentSelection("crew", { agents: ["a", "stranger"] })] },
      refused("unknown-agent"),
    ],
    [
      "two selections",
      voters(),
      { output: "label", variables: [agentSelection("x", { agents: ["a"] }), agentSelection("y", { agents: ["b"] })] },
      refused("unknown-variable"),
    ],
    [
      "a topology given twice",
      voters(),
      { output: "label", variables: [topology("x", ["a", "b"])], topology: topology("y", ["a", "b"]) },
      refused("unknown-variable"),
    ],
    [
      "a topology of strangers",
      voters(),
      { output: "label", topology: topology("x", ["a", "c"]) },
      refused("unknown-agent"),
    ],
    [
      "a variable of another type",
      voters(),
      { output: "label", variables: [parameter("p", { agents: ["a"], value: 1 })] },
      refused("unknown-variable"),
    ],
    [
      "an unknown option for its agents",
      voters(),
      { output: "label", agents: { tag: "x" } },
      refused("unknown-option"),
    ],
    [
      "a selection that cannot answer",
      { d: drafter(), a: answerer() },
      { output: "answer", variables: [agentSelection("crew", { agents: ["d", "a"], value: ["d"] })] },
      expect.objectContaining({ code: "CONSTRAINT_VIOLATED" }),
    ],
  ];

  test.each(cases)("%s is refused, and nothing stays registered", async (_, programs, options, error) => {
    const mabeam = await system();
    await expect(createTeam(mabeam, programs as never, options as never)).rejects.toEqual(error);
    expect(agents(mabeam)).toEqual([]);
    expect(variables(mabeam)).toEqual([]);
  });

  test("an id of which one member or variable is taken is refused whole, and what was there stays", async () => {
    const mabeam = await system();
    const other = await createTeam(mabeam, { b: voter("ham") }, { id: "mine", output: "label" });
    await expect(createTeam(mabeam, voters(), { id: "mine", output: "label" })).rejects.toMatchObject({
      code: "AGENT_ALREADY_REGISTERED",
    });
    expect(agents(mabeam)).toEqual(["mine/b"]);
    await expect(createTeam(mabeam, { c: voter("ham") }, { id: "mine", output: "label" })).rejects.toMatchObject({
      code: "VARIABLE_ALREADY_REGISTERED",
    });
    expect(agents(mabeam)).toEqual(["mine/b"]);
    expect(await other.forward({ mail: "?" })).toEqual({ label: "ham" });
  });
});
