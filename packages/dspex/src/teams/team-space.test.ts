import { agentSelection, createMabeam, isMabeamError, seededRandom } from "@mabeam/foundation";
import fc from "fast-check";
import * as z from "zod";
import { describe, expect, test } from "vitest";
import { program } from "../programs/custom-program.ts";
import type { AnyProgram } from "../programs/program.ts";
import { signature } from "../signatures/signature.ts";
import { float } from "../variables/float.ts";
import { space } from "../variables/space.ts";
import { teamFields } from "./fields.ts";
import { runTeam } from "./run.ts";
import type { TeamShape } from "./shape.ts";
import { createTeam } from "./team.ts";
import { ownSpace, planOf, teamSpace } from "./team-space.ts";

/** A member by its signature, with a law over its two variables. */
const member = (text: string): AnyProgram =>
  program({
    name: "member",
    signature: text,
    variables: space([float("low", { min: 0, max: 1, default: 0 }), float("high", { min: 0, max: 1, default: 1 })], {
      constraints: [
        {
          name: "ordered",
          check: ({ low, high }) => low <= high,
          repair: (config) => ({ ...config, low: 0, high: 1 }),
        },
      ],
    }),
    forward: () => ({}) as never,
  }) as unknown as AnyProgram;

const shapeOf = (
  programs: Record<string, AnyProgram>,
  output: string[],
  changes: Partial<TeamShape> = {},
): TeamShape => ({
  fields: teamFields(programs, output),
  selection: undefined,
  topology: undefined,
  aggregate: {},
  rounds: 1,
  ...changes,
});
const spaceOf = (shape: TeamShape, programs: Record<string, AnyProgram>) => teamSpace(shape, ownSpace(shape), programs);
const names = (shape: TeamShape) => ownSpace(shape).variables.map((variable) => variable.name);

const labels = ["x", "y"];
const sides = fc.record({
  reads: fc
    .uniqueArray(fc.constantFrom("draft", "notes?", "label?"), { maxLength: 2 })
    .map((reads) => ["mail", ...reads]),
  writes: fc.uniqueArray(fc.constantFrom("draft", "notes", "label", "score: number", "confidence: number"), {
    minLength: 1,
    maxLength: 3,
  }),
});
/** Any team, by the signatures of its members, and one or two fields that it answers. */
const anyTeam = fc.array(sides, { minLength: 1, maxLength: 4 }).map((members) => ({
  signatures: members.map(({ reads, writes }) => `${reads.join(", ")} -> ${writes.join(", ")}`),
  output: [...new Set(members.flatMap(({ writes }) => writes.map((field) => field.replace(": number", ""))))].slice(
    0,
    2,
  ),
}));
const programsOf = (signatures: readonly string[]) =>
  Object.fromEntries(signatures.map((signature, index) => [`m${index}`, member(signature)]));

/** What a member writes, by chance: what its signature says, or a failure now and then. */
const play = (programs: Record<string, AnyProgram>, random: () => number) => async (key: string) => {
  if (random() < 0.15) throw new Error(`${key} failed`);
  const { outputs } = programs[key]?.signature.fields ?? { outputs: [] };
  const value = (name: string): unknown =>
    name === "score" || name === "confidence" ? random() : labels[Math.floor(random() * labels.length)];
  return Object.fromEntries(outputs.map(({ name }) => [name, value(name)]));
};

describe("a team's space", () => {
  test("every configuration drawn from it is valid, and runs to its outputs or to a deadlock that says what is missing", async () => {
    let [answered, deadlocked] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        anyTeam,
        fc.integer({ min: 1, max: 3 }),
        fc.integer(),
        async ({ signatures, output }, rounds, seed) => {
          const programs = programsOf(signatures);
          const shape = shapeOf(programs, output, { rounds });
          const whole = spaceOf(shape, programs);
          const random = seededRandom(seed);
          for (let n = 0; n < 5; n++) {
            const config = whole.sample(random);
            expect(whole.validate(config)).toEqual({ ok: true });
            const plan = planOf(shape, config);
            const { outputs: wanted } = shape.fields.signature.fields;
            const run = runTeam(plan, { mail: "?" }, wanted, play(programs, random), new AbortController().signal);
            const result = await run.catch((error: unknown) => error);
            if (isMabeamError(result, "TEAM_DEADLOCK")) {
              deadlocked++;
              expect(output).toEqual(expect.arrayContaining(result.details?.["missing"] as string[]));
              continue;
            }
            answered++;
            const { outputs, turns } = result as Awaited<typeof run>;
            expect(Object.keys(outputs).toSorted()).toEqual(output.toSorted());
            const allowed = plan.members.map(({ key }) => key);
            for (const { agent, saw } of turns) {
              expect(allowed).toContain(agent);
              expect(saw).not.toContain(agent);
            }
          }
        },
      ),
    );
    // Both happen, or the property would say nothing.
    expect(answered).toBeGreaterThan(50);
    expect(deadlocked).toBeGreaterThan(5);
  });

  test("a neighbour of a configuration is valid too", () => {
    fc.assert(
      fc.property(anyTeam, fc.integer(), ({ signatures, output }, seed) => {
        const programs = programsOf(signatures);
        const whole = spaceOf(shapeOf(programs, output, { rounds: 2 }), programs);
        const random = seededRandom(seed);
        for (const config of whole.neighbours(whole.sample(random), random)) {
          expect(whole.validate(config)).toEqual({ ok: true });
        }
      }),
      { numRuns: 30 },
    );
  });

  test("has no dimension that cannot vary", () => {
    const alone = { a: member("mail -> label") };
    expect(names(shapeOf(alone, ["label"], { rounds: 3 }))).toEqual([]);
    const deaf = { a: member("mail -> draft"), b: member("mail -> label") };
    expect(names(shapeOf(deaf, ["label"], { rounds: 3 }))).toEqual(["team.members"]);
    const heard = { a: member("mail -> draft"), b: member("draft -> label") };
    expect(names(shapeOf(heard, ["label"]))).toEqual(["team.members", "team.topology"]);
    expect(names(shapeOf(heard, ["label"], { rounds: 2 }))).toEqual(["team.members", "team.topology", "team.rounds"]);
    const voters = { a: member("mail -> label"), b: member("mail -> label") };
    expect(names(shapeOf(voters, ["label"]))).toEqual([
      "team.members",
      "team.aggregation.label",
      "team.weights.a",
      "team.weights.b",
    ]);
  });

  test("a rule is offered only where it fits: averages for numbers, the surest where somebody says how sure it is", () => {
    const rules = (signature: string, field: string) => {
      const programs = { a: member(signature), b: member(signature) };
      return ownSpace(shapeOf(programs, [field]))
        .get(`team.aggregation.${field}`)
        ?.toJSON();
    };
    expect(rules("mail -> label", "label")).toMatchObject({ options: ["majority", "weighted"] });
    expect(rules("mail -> label, confidence: number", "label")).toMatchObject({
      options: ["majority", "weighted", "highest_confidence"],
    });
    expect(rules("mail -> score: number", "score")).toMatchObject({
      options: ["median", "mean", "majority", "weighted"],
    });
  });

  test("a member's variables and weight exist while it takes part, and its laws hold then", () => {
    const programs = { a: member("mail -> label"), b: member("mail -> label") };
    const whole = spaceOf(shapeOf(programs, ["label"]), programs);
    const only = whole.complete({ "team.members": ["a"], "team.aggregation.label": "weighted" });
    expect(Object.keys(only)).toEqual(expect.arrayContaining(["a.low", "a.high", "team.weights.a"]));
    expect(Object.keys(only).filter((name) => name.includes("b."))).toEqual([]);
    expect(whole.validate({ ...only, "a.low": 0.9, "a.high": 0.1 })).toMatchObject({
      ok: false,
      problems: [{ constraint: "a.ordered" }],
    });
    expect(whole.validate({ ...only, "b.low": 0 })).toMatchObject({ ok: false });
  });

  test("a membership that can write no output is refused, and repaired by taking members in", () => {
    const programs = { a: member("mail -> draft"), b: member("draft -> notes"), c: member("notes -> label") };
    const whole = spaceOf(shapeOf(programs, ["label"]), programs);
    const broken = whole.complete({ "team.members": ["c"] });
    expect(whole.validate(broken)).toMatchObject({ ok: false, problems: [{ constraint: "answerable" }] });
    expect(whole.repair(broken)).toMatchObject({ "team.members": ["a", "b", "c"] });
  });

  test("where no membership can answer (members wait for each other) the space stands, and the run tells why", async () => {
    const programs = { a: member("mail, verdict -> draft"), b: member("draft -> verdict") };
    const shape = shapeOf(programs, ["verdict"]);
    const whole = spaceOf(shape, programs);
    const plan = planOf(shape, whole.default());
    const run = runTeam(
      plan,
      { mail: "?" },
      shape.fields.signature.fields.outputs,
      async () => ({}),
      new AbortController().signal,
    );
    await expect(run).rejects.toMatchObject({
      code: "TEAM_DEADLOCK",
      details: { missing: ["verdict"], reasons: ['"a" never saw "verdict"', '"b" never saw "draft"'] },
    });
  });

  test("a selection brings its own rules: required members are never left out, and strangers to it always take part", () => {
    const programs = { a: member("mail -> label"), b: member("mail -> label"), c: member("mail -> label") };
    const selection = agentSelection("crew", { agents: ["a", "b"], required: ["b"], maxConcurrent: 1 });
    const shape = shapeOf(programs, ["label"], { selection });
    const whole = spaceOf(shape, programs);
    for (let seed = 0; seed < 10; seed++) {
      const config = whole.sample(seededRandom(seed));
      expect(config["team.crew"]).toEqual(["b"]);
      expect(planOf(shape, config).members.map(({ key }) => key)).toEqual(["b", "c"]);
    }
    expect(whole.get("team.members")).toBeUndefined();
  });

  test("a configuration is read back into the plan that it says", () => {
    const programs = {
      a: member("mail -> label, confidence: number"),
      b: member("mail, label -> label, confidence: number"),
    };
    const shape = shapeOf(programs, ["label", "confidence"], { rounds: 3, aggregate: { label: "weighted" } });
    const config = spaceOf(shape, programs).complete({
      "team.topology": "mesh",
      "team.rounds": 2,
      "team.weights.b": 0,
    });
    const plan = planOf(shape, config);
    expect(plan).toMatchObject({ pattern: "mesh", rounds: 2 });
    expect(plan.edges.map(({ from, to }) => from + to)).toEqual(["ab", "ba"]);
    expect([...plan.aggregation]).toEqual([["label", "weighted"]]);
    expect([...plan.weights]).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
  });

  test("the team asks for what its members read and none of them writes, required if one of them requires it", () => {
    const programs = { a: member("mail, hint? -> draft"), b: member("draft, hint -> label") };
    const { signature } = teamFields(programs, ["label"]);
    expect(signature.fields.inputs.map(({ name, optional }) => [name, optional])).toEqual([
      ["hint", false],
      ["mail", false],
    ]);
    expect(signature.fields.outputs.map(({ name }) => name)).toEqual(["label"]);
  });

  test("a name that objects inherit is a key like any other", () => {
    const programs = { constructor: member("mail -> label"), toString: member("mail -> label") };
    const shape = shapeOf(programs, ["label"]);
    const plan = planOf(shape, spaceOf(shape, programs).complete({ "team.members": ["toString"] }));
    expect(plan.members.map(({ key }) => key)).toEqual(["toString"]);
  });
});

describe("what a team settles fits its fields", () => {
  const writer = (name: string, value: number, label: "a" | "b", confidence: number) =>
    program({
      name,
      signature: signature({
        inputs: { x: z.number() },
        outputs: { y: z.int(), label: z.enum(["a", "b"]), confidence: z.number().min(0.5).max(1) },
      }),
      forward: () => ({ y: value, label, confidence }),
    });

  test("whole numbers stay whole, and confidence together may be less than any member's", async () => {
    await using mabeam = await createMabeam();
    const members = { p: writer("p", 1, "a", 0.6), q: writer("q", 2, "b", 0.9), r: writer("r", 4, "a", 0.6) };
    const team = await createTeam(mabeam, members, { output: ["y", "label", "confidence"] });
    const { y, label, confidence } = await team.withConfig({ "team.members": ["p", "q"] }).forward({ x: 1 });
    expect([y, label, confidence]).toEqual([2, "a", 0.3]);
    expect(await team.forward({ x: 1 })).toEqual({ y: 2, label: "a", confidence: expect.closeTo(0.4) });
  });

  test("the laws of a given variable are laws of the space", async () => {
    await using mabeam = await createMabeam();
    const members = { p: writer("p", 1, "a", 0.6), q: writer("q", 2, "b", 0.9), r: writer("r", 4, "a", 0.6) };
    const notBoth = { name: "not-both", check: (value: string[]) => !(value.includes("p") && value.includes("q")) };
    const crew = agentSelection("crew", { agents: ["p", "q", "r"], value: ["p", "r"], constraints: [notBoth] });
    const team = await createTeam(mabeam, members, { output: "y", variables: [crew] });
    expect(team.space.validate({ ...team.config, "team.crew": ["p", "q"] }).ok).toBe(false);
    const random = seededRandom(1);
    for (let draw = 0; draw < 50; draw++) {
      expect(notBoth.check(team.space.sample(random)["team.crew"] as string[])).toBe(true);
    }
  });

  test("an id that would be taken for another dimension is refused, and so are options that a team does not have", async () => {
    await using mabeam = await createMabeam();
    const members = { p: writer("p", 1, "a", 0.6), q: writer("q", 2, "b", 0.9) };
    const misnamed = agentSelection("topology", { agents: ["p", "q"] });
    await expect(createTeam(mabeam, members, { output: "y", variables: [misnamed] })).rejects.toMatchObject({
      details: { reason: "reserved-id" },
    });
    await expect(createTeam(mabeam, members, { output: "y", flow: () => ({}) } as never)).rejects.toMatchObject({
      details: { reason: "unknown-option", option: "flow" },
    });
    expect(mabeam.agents.count()).toBe(0);
  });
});
