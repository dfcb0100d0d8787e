/** The types that run through an agentized program. Checked by tsc; nothing here runs. */
import { createMabeam } from "@mabeam/foundation";
import { expectTypeOf } from "vitest";
import { program } from "../programs/custom-program.ts";
import type { Prediction } from "../programs/prediction.ts";
import { agentize } from "./agentize.ts";

const reviewer = program({
  name: "reviewer",
  signature: "diff -> bugs: string[], severity: 'low' | 'high'",
  forward: () => ({ bugs: [], severity: "low" }),
});

const mabeam = await createMabeam();
const agent = await agentize(mabeam, reviewer, { agentId: "reviewer", restart: "permanent" });
const { bugs, severity } = await agent.ask("execute", { diff: "" }, { timeoutMs: 20_000 });
expectTypeOf(bugs).toEqualTypeOf<string[]>();
expectTypeOf(severity).toEqualTypeOf<"low" | "high">();
expectTypeOf(agent.program).toEqualTypeOf(reviewer);

// @ts-expect-error a misspelt input
await agent.ask("execute", { dif: "" });
// @ts-expect-error a handler that there is not
await agent.ask("exicute", { diff: "" });
// @ts-expect-error an option of nobody
await agentize(mabeam, reviewer, { agent: "reviewer" });

const ref = await mabeam.registerAgent("other", agentize(reviewer));
expectTypeOf(await ref.ask("execute", { diff: "" })).toEqualTypeOf<
  Prediction<{ bugs: string[]; severity: "low" | "high" }>
>();
expectTypeOf((await ref.ask("run", { inputs: { diff: "" }, config: {} })).severity).toEqualTypeOf<"low" | "high">();
// @ts-expect-error inputs of another program
await ref.ask("run", { inputs: { text: "" } });
