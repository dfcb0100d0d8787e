import { agentSelection, communicationTopology, memoryJournal, seededRandom } from "@mabeam/foundation";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { callMemo } from "../programs/call-memo.ts";
import { program } from "../programs/custom-program.ts";
import type { AnyProgram } from "../programs/program.ts";
import { programSuite } from "../programs/program.suite.ts";
import { choice } from "../variables/choice.ts";
import {
  agents,
  answerer,
  broken,
  checker,
  drafter,
  refused,
  system,
  trajectoryOf,
  trio,
  variables,
  voter,
} from "./cast.test-support.ts";
import { createTeam, createWorkflow, type Team } from "./team.ts";

const suiteTeam = async (hang?: () => Promise<never>) =>
  (await createTeam(
    await system(),
    {
      drafter: drafter(),
      judge: program({
        name: "judge",
        signature: "draft, strict?: integer -> label: 'ham' | 'spam', confidence: number",
        variables: [choice("bias", ["ham", "spam"])],
        forward: hang ?? ((_, { config }) => ({ label: config.bias, confidence: 0.75 })),
      }),
      other: program({
        name: "other",
        signature: "question -> label: 'ham' | 'spam', confidence: number",
        forward: hang ?? (() => ({ label: "spam", confidence: 0.5 })),
      }),
    },
    { output: ["label", "confidence"], rounds: 2, aggregate: { label: "weighted" }, agents: { shutdownTimeoutMs: 0 } },
  )) as unknown as AnyProgram;

programSuite("a team", {
  make: () => suiteTeam(),
  makeHanging: () => suiteTeam(() => new Promise<never>(() => {})),
  inputs: { question: "why?" },
  wrong: { inputs: { question: "why?", strict: 0.5 }, field: "strict" },
});

describe("a team", () => {
  test("answers one field or several, and tells who saw what in which turn", async () => {
    const mabeam = await system();
    const team = await createTeam(mabeam, trio(), { output: "answer" });
    const prediction = await team.forward({ question: "why?" });
    expect(prediction).toEqual({ answer: "why? is ok" });
    expect(trajectoryOf(prediction)).toMatchObject({
      turns: [
        { agent: "drafter", round: 1, saw: [], inputs: { question: "why?" }, outputs: { draft: "why?" } },
        { agent: "checker", saw: ["drafter"], inputs: { question: "why?", draft: "why?" } },
        { agent: "answerer", saw: ["drafter", "checker"], outputs: { answer: "why? is ok" } },
      ],
      steps: [{ program: "drafter" }, { program: "checker" }, { program: "answerer" }],
      waiting: {},
    });
    expect(prediction.$.trace.map((entry) => entry.program)).toEqual(["team-1", "drafter", "checker", "answerer"]);
    const many = await createTeam(mabeam, trio(), { output: ["verdict", "answer"] });
    expect(await many.forward({ question: "why" })).toEqual({ verdict: "wrong", answer: "why is wrong" });
    expect(createWorkflow).toBe(createTeam);
  });

  test("registers its members under its id, and makes up ids that nobody has taken", async () => {
    const mabeam = await system();
    await createTeam(mabeam, { a: voter("ham") }, { id: "team-2", output: "label" });
    await expect(createTeam(mabeam, { a: voter("ham") }, { output: "label", rounds: 0 })).rejects.toThrow(
      refused("invalid-number"),
    );
    const [first, second] = [
      await createTeam(mabeam, { a: voter("ham"), b: voter("ham") }, { output: "label" }),
      await createTeam(mabeam, { a: voter("ham") }, { output: "label", agents: { tags: ["mine"], role: "evaluator" } }),
    ];
    expect([first.id, second.id]).toEqual(["team-1", "team-3"]);
    expect(agents(mabeam)).toEqual(["team-2/a", "team-1/a", "team-1/b", "team-3/a"]);
    expect(mabeam.agents.get("team-3/a")).toMatchObject({ role: "evaluator", tags: ["mine", "team:team-3"] });
    expect(Object.keys(first.members)).toEqual(["a", "b"]);
    const elsewhere = await createTeam(await system(), { a: voter("ham") }, { output: "label" });
    expect(elsewhere.id).toBe("team-1");
  });

  test("close takes away agents and variables, and the id is free again", async () => {
    const mabeam = await system();
    const options = {
      id: "mine",
      output: "answer" as const,
      variables: [
        agentSelection("crew", { agents: ["drafter"] }),
        communicationTopology("layout", { agents: ["drafter", "answerer"], pattern: "pipeline" }),
      ],
    };
    const team = await createTeam(mabeam, trio(), options);
    await expect(createTeam(mabeam, trio(), options)).rejects.toMatchObject({ code: "AGENT_ALREADY_REGISTERED" });
    expect(await team.forward({ question: "why?" })).toEqual({ answer: "why? is unchecked" });
    await team.close();
    expect(agents(mabeam)).toEqual([]);
    expect(variables(mabeam)).toEqual([]);
    await expect(team.forward({ question: "why?" })).rejects.toMatchObject({ code: "CLOSED" });
    await team.close();
    const again = await createTeam(mabeam, trio(), options);
    expect(await again.forward({ question: "why?" })).toEqual({ answer: "why? is unchecked" });
  });

  test("confidence goes with the label that it is the confidence of", async () => {
    const mabeam = await system();
    const voters = { a: voter("spam", 0.5), b: voter("ham", 0.25), c: voter("spam", 0.75) };
    const team = await createTeam(mabeam, voters, {
      output: ["label", "confidence"],
      aggregate: { label: "majority" },
    });
    expect(await team.forward({ mail: "?" })).toEqual({ label: "spam", confidence: (0.5 + 0.75) / 3 });
    const weighted = { "team.aggregation.label": "weighted", "team.weights.a": 0, "team.weights.c": 0.25 };
    expect(await team.forward({ mail: "?" }, { config: weighted })).toEqual({
      label: "ham",
      confidence: 0.25 / 1.25,
    });
    const alone = { "team.members": ["b"] };
    expect(await team.forward({ mail: "?" }, { config: alone })).toEqual({ label: "ham", confidence: 0.25 });
  });

  test("with a memo runs again only the members that a configuration changes", async () => {
    const runs: string[] = [];
    const counted = (key: string) =>
      program({
        name: "counted",
        signature: "mail -> label",
        variables: [choice("word", ["x", "y"])],
        forward: (_, { config }) => {
          runs.push(key);
          return { label: `${key} ${config.word}` };
        },
      });
    const team = await createTeam(await system(), { a: counted("a"), b: counted("b") }, { output: "label" });
    const memo = callMemo();
    const ask = (config: Record<string, string | string[]>) => team.forward({ mail: "?" }, { config, memo });
    expect(await ask({ "b.word": "x" })).toEqual({ label: "a x" });
    expect(await ask({ "b.word": "y" })).toEqual({ label: "a x" });
    expect(await ask({ "team.members": ["b"], "b.word": "y" })).toEqual({ label: "b y" });
    expect(runs).toEqual(["a", "b", "b"]);
  });
});

describe("faults", () => {
  test("a member that fails leaves the team answering, and the trajectory tells", async () => {
    const mabeam = await system();
    const team = await createTeam(
      mabeam,
      { drafter: broken("question -> draft"), checker: checker(), answerer: answerer() },
      { output: "answer" },
    );
    const prediction = await team.forward({ question: "why?" });
    expect(prediction).toEqual({ answer: "nothing is unchecked" });
    expect(trajectoryOf(prediction)).toMatchObject({
      turns: [
        { agent: "drafter", error: { code: "HANDLER_FAILED", message: expect.stringContaining("boom") } },
        { agent: "answerer", saw: [], outputs: { answer: "nothing is unchecked" } },
      ],
      waiting: { checker: ["draft"] },
    });
    expect(mabeam.agents.get("team-1/drafter")).toMatchObject({ status: "running", restarts: 0 });
  });

  test("a member whose agent is stopped is a member that fails, and takes part again once it is started", async () => {
    const team = await createTeam(
      await system(),
      { a: voter("spam"), b: voter("ham"), c: voter("spam", 0.5) },
      { output: "label", aggregate: { label: "highest_confidence" } },
    );
    expect(await team.forward({ mail: "?" })).toEqual({ label: "spam" });
    await team.members["a"]?.ref.stop();
    const prediction = await team.forward({ mail: "?" });
    expect(prediction).toEqual({ label: "ham" });
    expect(trajectoryOf(prediction).turns[0]).toMatchObject({ agent: "a", error: { code: "AGENT_NOT_RUNNING" } });
    await team.members["a"]?.ref.start();
    expect(await team.forward({ mail: "?" })).toEqual({ label: "spam" });
  });

  test("a deadlock names what is missing, and why, back to where it began", async () => {
    const team = await createTeam(
      await system(),
      { drafter: broken("question -> draft"), checker: checker() },
      { output: ["verdict", "draft"] },
    );
    await expect(team.forward({ question: "why?" })).rejects.toMatchObject({
      code: "TEAM_DEADLOCK",
      message: expect.stringMatching(/"verdict", "draft".*boom.*"checker" never saw "draft"/),
      details: {
        missing: ["verdict", "draft"],
        reasons: [expect.stringContaining('"drafter" failed'), '"checker" never saw "draft"'],
      },
    });
  });

  test("members that wait for each other are a deadlock, not a hang and not a wrong configuration", async () => {
    const wants = (text: "question, y -> x" | "x -> y") =>
      program({ name: "waits", signature: text as "x -> y", forward: () => ({ y: "" }) });
    const team = (await createTeam(
      await system(),
      { first: wants("question, y -> x"), second: wants("x -> y") },
      { output: "y" },
    )) as unknown as Team;
    await expect(team.forward({ question: "?" })).rejects.toMatchObject({
      code: "TEAM_DEADLOCK",
      details: { missing: ["y"], reasons: ['"first" never saw "y"', '"second" never saw "x"'] },
    });
  });

  test("sight that is too short is a deadlock: a pipeline shows a member only the one before", async () => {
    const strict = program({
      name: "strict",
      signature: "draft, verdict -> answer",
      forward: ({ draft, verdict }) => ({ answer: draft + verdict }),
    });
    const topology = communicationTopology("layout", {
      agents: ["drafter", "checker", "strict"],
      pattern: "pipeline",
    });
    const team = await createTeam(
      await system(),
      { drafter: drafter(), checker: checker(), strict },
      { output: "answer", topology },
    );
    await expect(team.forward({ question: "?" })).rejects.toMatchObject({
      code: "TEAM_DEADLOCK",
      details: { missing: ["answer"], reasons: expect.arrayContaining(['"strict" never saw "draft"']) },
    });
    expect(await team.forward({ question: "?" }, { config: { "team.layout": "mesh" } })).toEqual({ answer: "?ok" });
  });

  test("a member that says it is surer than sure neither wins nor breaks the team", async () => {
    const voters = { liar: voter("spam", -3), a: voter("ham", 0.5), boaster: voter("spam", 95), b: voter("ham", 0.75) };
    const team = await createTeam(await system(), voters, {
      output: ["label", "confidence"],
      aggregate: { label: "weighted" },
    });
    expect(await team.forward({ mail: "?" })).toEqual({ label: "ham", confidence: 1.25 / 4 });
  });
});

describe("rounds", () => {
  /** Writes down what it saw of the others in the round before. */
  const debater = (name: string) =>
    program({
      name,
      signature: "topic, said?: string -> said",
      forward: ({ said = "nothing" }) => ({ said: `${name}(${said})` }),
    });
  const debate = async (pattern: "mesh" | "broadcast" | "ring" | "pipeline", rounds: number) => {
    const agentIds = ["a", "b"];
    const team = await createTeam(
      await system(),
      { a: debater("a"), b: debater("b") },
      { output: "said", rounds, topology: communicationTopology("layout", { agents: agentIds, pattern }) },
    );
    const { turns } = trajectoryOf(await team.forward({ topic: "?" }));
    return turns.map(({ agent, round, outputs }) => `${round}${agent}: ${String(outputs?.["said"])}`);
  };

  test.each(["mesh", "broadcast"] as const)(
    "in a %s all speak at once, and from the second on see the last",
    async (pattern) => {
      expect(await debate(pattern, 3)).toEqual([
        "1a: a(nothing)",
        "1b: b(nothing)",
        "2a: a(b(nothing))",
        "2b: b(a(nothing))",
        "3a: a(b(a(nothing)))",
        "3b: b(a(b(nothing)))",
      ]);
    },
  );

  test("in a ring each hears the one before it at once", async () => {
    expect(await debate("ring", 2)).toEqual([
      "1a: a(nothing)",
      "1b: b(a(nothing))",
      "2a: a(b(a(nothing)))",
      "2b: b(a(b(a(nothing))))",
    ]);
  });

  test("in a pipeline a later round is like the first: nobody sees who comes after", async () => {
    expect(await debate("pipeline", 2)).toEqual([
      "1a: a(nothing)",
      "1b: b(a(nothing))",
      "2a: a(nothing)",
      "2b: b(a(nothing))",
    ]);
  });

  test("how many there are is a dimension of the space", async () => {
    const team = await createTeam(
      await system(),
      { a: debater("a"), b: debater("b") },
      { output: "said", rounds: 3, topology: communicationTopology("layout", { agents: ["a", "b"], pattern: "mesh" }) },
    );
    const { turns } = trajectoryOf(await team.forward({ topic: "?" }, { config: { "team.rounds": 1 } }));
    expect(turns).toHaveLength(2);
  });
});

describe("a team as a program", () => {
  test("nests: its dimensions are under its key, and a configuration reaches all the way down", async () => {
    const mabeam = await system();
    const inner = await createTeam(
      mabeam,
      { one: voter("spam", 0.5), two: voter("ham", 0.75) },
      {
        id: "inner",
        output: ["label", "confidence"],
        aggregate: { label: "weighted" },
      },
    );
    const outer = await createTeam(
      mabeam,
      { panel: inner, lone: voter("spam", 0.25) },
      {
        id: "outer",
        output: "label",
        aggregate: { label: "highest_confidence" },
      },
    );
    expect(agents(mabeam)).toEqual(["inner/one", "inner/two", "outer/panel", "outer/lone"]);
    expect(outer.space.variables.map((variable) => variable.name)).toEqual(
      expect.arrayContaining(["team.members", "panel.team.members", "panel.team.weights.two"]),
    );
    expect(await outer.forward({ mail: "?" })).toEqual({ label: "ham" });
    expect(await outer.forward({ mail: "?" }, { config: { "panel.team.members": ["one"] } })).toEqual({
      label: "spam",
    });
    const random = seededRandom(5);
    for (let n = 0; n < 10; n++) {
      const config = outer.space.sample(random);
      expect(["ham", "spam"]).toContain((await outer.withConfig(config).forward({ mail: "?" })).label);
    }
    const steps = (await outer.forward({ mail: "?" })).$.trace.map((entry) => entry.program);
    expect(steps).toEqual(["outer", "inner", "voter", "voter", "voter"]);
  });

  test("is saved in one system and loaded in another, with configuration and what its members learned", async () => {
    const learner = () =>
      program({
        name: "learner",
        signature: "mail -> label",
        variables: [choice("prefix", ["a", "b"])],
        fit: (trainset) => ({ seen: trainset.length }),
        forward: (_, { config, learned }) => ({ label: `${config.prefix} ${JSON.stringify(learned ?? null)}` }),
      });
    const make = async () =>
      createTeam(
        await system(),
        { one: learner(), two: learner() },
        { output: "label", aggregate: { label: "majority" } },
      );
    const folder = await mkdtemp(join(tmpdir(), "mabeam-"));
    try {
      const trained = await (await make()).withConfig({ "team.members": ["two"], "two.prefix": "b" }).fit([
        { mail: "x", label: "y" },
        { mail: "z", label: "y" },
      ]);
      const answer = await trained.forward({ mail: "?" });
      expect(answer).toEqual({ label: 'b {"seen":2}' });
      await trained.save(join(folder, "team.json"));
      const fresh = await make();
      const loaded = await fresh.load(join(folder, "team.json"));
      expect(await loaded.forward({ mail: "?" })).toEqual(answer);
      expect(loaded.config).toEqual(trained.config);
      expect(await fresh.forward({ mail: "?" })).toEqual({ label: "a null" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("live values outlive the process with the journal that they were written to", async () => {
    const journal = memoryJournal();
    const start = async () => {
      const mabeam = await system({ journal });
      return { mabeam, team: await createTeam(mabeam, trio(), { id: "qa", output: "answer" }) };
    };
    const first = await start();
    await first.team.apply({ "team.members": ["drafter", "answerer"], "drafter.tone": "loud" });
    await first.mabeam.close();
    const { team } = await start();
    expect(await team.forward({ question: "why?" })).toEqual({ answer: "WHY? is unchecked" });
  });
});
