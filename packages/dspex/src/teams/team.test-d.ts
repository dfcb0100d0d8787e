/** The types that run through a team. Checked by tsc; nothing here runs. */
import { createMabeam } from "@mabeam/foundation";
import { expectTypeOf } from "vitest";
import { program } from "../programs/custom-program.ts";
import type { Program } from "../programs/program.ts";
import { createTeam } from "./team.ts";

const drafter = program({ name: "drafter", signature: "question -> draft", forward: () => ({ draft: "" }) });
const checker = program({
  name: "checker",
  signature: "question, draft, strictness?: number -> label: 'ok' | 'wrong', confidence: number",
  forward: () => ({ label: "ok", confidence: 1 }),
});
const second = program({
  name: "second",
  signature: "draft -> label: 'ok' | 'wrong', confidence: number",
  forward: () => ({ label: "wrong", confidence: 0 }),
});

const mabeam = await createMabeam();
const team = await createTeam(mabeam, { drafter, checker, second }, { output: "label" });

expectTypeOf((await team.forward({ question: "" })).label).toEqualTypeOf<"ok" | "wrong">();
expectTypeOf<Parameters<typeof team.forward>[0]>().toEqualTypeOf<{
  question: string;
  strictness?: number | undefined;
}>();
expectTypeOf(team).toExtend<
  Program<{ question: string; strictness?: number | undefined }, { label: "ok" | "wrong" }>
>();
expectTypeOf(team.withConfig({})).toEqualTypeOf(team);

// @ts-expect-error what is written inside is no input
await team.forward({ question: "", draft: "" });
// @ts-expect-error an input is missing
await team.forward({});
// @ts-expect-error what is not asked for is no output
expectTypeOf((await team.forward({ question: "" })).draft).toBeString();
// @ts-expect-error an output that nobody writes
await createTeam(mabeam, { drafter, checker }, { output: "answer" });
// @ts-expect-error an input is no output
await createTeam(mabeam, { drafter, checker }, { output: "question" });
// @ts-expect-error an unknown rule
await createTeam(mabeam, { checker, second }, { output: "label", aggregate: { label: "loudest" } });

const many = await createTeam(mabeam, { drafter, checker }, { output: ["label", "draft"] });
expectTypeOf<Awaited<ReturnType<typeof many.forward>>["draft"]>().toEqualTypeOf<string>();
expectTypeOf<Awaited<ReturnType<typeof many.forward>>["label"]>().toEqualTypeOf<"ok" | "wrong">();

const nested = await createTeam(mabeam, { team, drafter }, { output: "label" });
expectTypeOf<Parameters<typeof nested.forward>[0]>().toEqualTypeOf<{
  question: string;
  strictness?: number | undefined;
}>();
expectTypeOf((await nested.forward({ question: "" })).label).toEqualTypeOf<"ok" | "wrong">();
