/** The cast of the teams' tests, and systems that end with the test. */
import { createMabeam, type Mabeam, type MabeamOptions } from "@mabeam/foundation";
import { testClock } from "@mabeam/foundation/testing";
import { afterEach, expect } from "vitest";
import { program } from "../programs/custom-program.ts";
import { choice } from "../variables/choice.ts";
import type { TeamTrajectory } from "./trajectory.ts";

const systems: Mabeam[] = [];
export async function system(options: MabeamOptions = {}): Promise<Mabeam> {
  const mabeam = await createMabeam({ clock: testClock(), seed: 1, ...options });
  systems.push(mabeam);
  return mabeam;
}
afterEach(async () => {
  await Promise.all(systems.splice(0).map((mabeam) => mabeam.close()));
});

export const refused = (reason: string) =>
  expect.objectContaining({ code: "INVALID_INPUT", details: expect.objectContaining({ reason }) });
export const trajectoryOf = (made: { $: { trajectory?: unknown } }) => made.$.trajectory as TeamTrajectory;
export const agents = (mabeam: Mabeam) => mabeam.agents.list().map(({ id }) => id);
export const variables = (mabeam: Mabeam) => mabeam.variables.list().map(({ id }) => id);

// The cast: a drafter, a checker that may do without a draft, an answerer.
export const drafter = () =>
  program({
    name: "drafter",
    signature: "question -> draft",
    variables: [choice("tone", ["plain", "loud"])],
    forward: ({ question }, { config }) => ({ draft: config.tone === "loud" ? question.toUpperCase() : question }),
  });
export const checker = () =>
  program({
    name: "checker",
    signature: "draft, question -> verdict: 'ok' | 'wrong'",
    forward: ({ draft }) => ({ verdict: draft.includes("?") ? "ok" : "wrong" }),
  });
export const answerer = () =>
  program({
    name: "answerer",
    signature: "question, draft?, verdict? -> answer",
    forward: ({ draft = "nothing", verdict = "unchecked" }) => ({ answer: `${draft} is ${verdict}` }),
  });
export const trio = () => ({ drafter: drafter(), checker: checker(), answerer: answerer() });

/** Says what it was told to, as surely as it was told to. */
export const voter = (label: "ham" | "spam", confidence = 1) =>
  program({
    name: "voter",
    signature: "mail -> label: 'ham' | 'spam', confidence: number",
    forward: () => ({ label, confidence }),
  });
export const broken = (text: "question -> draft" | "mail -> label: 'ham' | 'spam', confidence: number") =>
  program({
    name: "broken",
    signature: text as "question -> draft",
    forward: () => {
      throw new Error("boom");
    },
  });
