import { agentSelection, communicationTopology, seededRandom } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import { program } from "../programs/custom-program.ts";
import { agents, answerer, system, trio, variables } from "./cast.test-support.ts";
import { createTeam } from "./team.ts";

describe("live and tried", () => {
  const withLive = async () => {
    const mabeam = await system();
    const team = await createTeam(mabeam, trio(), {
      id: "qa",
      output: "answer",
      variables: [
        agentSelection("crew", { agents: ["drafter", "checker", "answerer"], required: ["answerer"] }),
        communicationTopology("layout", {
          agents: ["drafter", "checker", "answerer"],
          pattern: "custom",
          edges: [
            { from: "drafter", to: "checker" },
            { from: "checker", to: "answerer" },
          ],
        }),
      ],
    });
    const ask = async (config?: object) =>
      (await team.forward({ question: "why?" }, config === undefined ? {} : { config: config as never })).answer;
    return { mabeam, team, ask };
  };

  test("variables that were given replace the team's own, under their ids, and decide where a call is silent", async () => {
    const { mabeam, team, ask } = await withLive();
    const names = team.space.variables.map((variable) => variable.name);
    expect(names).toEqual(["team.crew", "team.layout", "drafter.tone"]);
    expect(variables(mabeam)).toEqual(expect.arrayContaining(["qa/crew", "qa/layout"]));
    expect(await ask()).toBe("nothing is ok");
    await mabeam.variables.set("qa/crew", ["answerer"]);
    expect(await ask()).toBe("nothing is unchecked");
    expect(team.config["team.crew"]).toEqual(["answerer"]);
    expect(await ask({ "team.crew": ["drafter", "answerer"], "team.layout": "mesh" })).toBe("nothing is unchecked");
    expect(await ask({ "team.crew": ["drafter", "answerer"], "team.layout": "pipeline" })).toBe("why? is unchecked");
    await mabeam.variables.set("qa/crew", ["answerer", "drafter", "checker"]);
    expect(await ask()).toBe("nothing is ok");
  });

  test("what is live when a call starts holds for the whole call", async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = program({
      name: "slow",
      signature: "question -> draft",
      forward: async () => {
        await gate;
        return { draft: "slow" };
      },
    });
    const mabeam = await system();
    const team = await createTeam(
      mabeam,
      { slow, answerer: answerer() },
      {
        output: "answer",
        variables: [agentSelection("crew", { agents: ["slow", "answerer"], required: ["answerer"] })],
      },
    );
    const running = team.forward({ question: "?" });
    await mabeam.variables.set("team-1/crew", ["answerer"]);
    expect(await team.forward({ question: "?" })).toEqual({ answer: "nothing is unchecked" });
    release();
    expect(await running).toEqual({ answer: "slow is unchecked" });
  });

  test("a configuration of the program wins over what is live, now and later", async () => {
    const { mabeam, team } = await withLive();
    const pinned = team.withConfig({ "team.crew": ["drafter", "answerer"], "team.layout": "pipeline" });
    await mabeam.variables.set("qa/crew", ["answerer"]);
    expect(await pinned.forward({ question: "why?" })).toEqual({ answer: "why? is unchecked" });
    expect(await team.forward({ question: "why?" })).toEqual({ answer: "nothing is unchecked" });
    await team.apply({ "team.crew": ["answerer", "checker", "drafter"], "drafter.tone": "loud" });
    expect(await pinned.forward({ question: "why?" })).toEqual({ answer: "WHY? is unchecked" });
  });

  test("apply makes a configuration live, says who did it, and tried or applied it comes to the same", async () => {
    const { mabeam, team, ask } = await withLive();
    const random = seededRandom(3);
    for (let n = 0; n < 20; n++) {
      const config = team.space.sample(random);
      const tried = await ask(config);
      await team.apply(config, { by: "tuner", reason: `trial ${n}` });
      expect(await ask()).toBe(tried);
      expect(team.config).toEqual(config);
    }
    expect(mabeam.variables.history("qa/crew", { last: 1 }).entries[0]).toMatchObject({
      by: "tuner",
      reason: "trial 19",
    });
    // Whatever is live, a call that tries the custom layout gets its edges.
    await team.apply({ "team.layout": "mesh", "team.crew": ["drafter", "checker", "answerer"] });
    expect(await ask({ "team.layout": "custom", "drafter.tone": "plain" })).toBe("nothing is ok");
  });

  test("what a team could not run with is refused where it is set, and the team goes on", async () => {
    const { mabeam, ask } = await withLive();
    const edges = [{ from: "drafter", to: "answerer", type: "data" }];
    for (const [id, value] of [
      ["qa/crew", ["drafter"]],
      ["qa/crew", ["stranger", "answerer"]],
      ["qa/layout", { pattern: "ring", edges }],
    ] as const) {
      await expect(mabeam.variables.set(id, value as never)).rejects.toMatchObject({ code: "CONSTRAINT_VIOLATED" });
    }
    expect(await ask()).toBe("nothing is ok");
    await mabeam.variables.set("qa/layout", { pattern: "custom", edges } as never);
    expect(await ask()).toBe("why? is unchecked");
  });

  test("trying registers nothing, sets nothing and gives no directives", async () => {
    const { mabeam, team, ask } = await withLive();
    const before = { agents: agents(mabeam), live: mabeam.variables.list().map(({ id, version }) => [id, version]) };
    const random = seededRandom(1);
    for (let n = 0; n < 10; n++) {
      const config = team.space.sample(random);
      await team.withConfig(config).forward({ question: "why?" });
      await ask(config);
    }
    expect((await mabeam.coordinateSystem()).directives).toEqual([]);
    expect(agents(mabeam)).toEqual(before.agents);
    expect(mabeam.variables.list().map(({ id, version }) => [id, version])).toEqual(before.live);
  });

  test("a variable that comes back into existence starts at its default, as in any program", async () => {
    const team = await createTeam(await system(), trio(), { output: "answer" });
    const loud = team.withConfig({ "drafter.tone": "loud" });
    const without = loud.withConfig({ "team.members": ["answerer"] });
    expect(without.config["drafter.tone"]).toBeUndefined();
    const back = without.withConfig({ "team.members": ["drafter", "answerer"] });
    expect(back.config["drafter.tone"]).toBe("plain");
    expect(loud.config["drafter.tone"]).toBe("loud");
  });
});
