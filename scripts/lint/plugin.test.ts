import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Planted files: where, what, and the rule that must find fault with each. None: it must pass. */
const planted: [path: string, text: string, rule?: string][] = [
  ["foundation/src/journal/up.ts", 'export { a } from "../agents/a.ts";', "mabeam(layers)"],
  ["foundation/src/agents/a.ts", 'import type { b } from "../variables/b.ts";\nexport type a = b;', "mabeam(layers)"],
  ["foundation/src/variables/b.ts", "export type b = 1;"],
  ["foundation/src/variables/down.ts", 'export type { a } from "../agents/a.ts";'],
  ["foundation/src/coordination/consensus/tally.ts", 'export type { a } from "../../agents/a.ts";', "mabeam(layers)"],
  ["foundation/src/coordination/consensus/protocol.ts", 'export type { a } from "../../agents/a.ts";'],
  ["foundation/src/cluster/c.ts", 'export type { o } from "../orchestration/o.ts";', "mabeam(layers)"],
  ["foundation/src/agents/root.ts", 'export type { a } from "../mabeam.ts";', "mabeam(layers)"],
  ["foundation/src/attic/new.ts", 'export type { a } from "../core/a.ts";', "mabeam(layers)"],
  ["foundation/src/agents/otel.ts", 'import "@opentelemetry/api";', "mabeam(layers)"],
  [
    "foundation/src/system/contract.ts",
    'export type { Tracer } from "@opentelemetry/api";\nexport { a } from "../agents/a.ts";',
  ],
  ["foundation/src/agents/ml.ts", 'import "@mabeam/dspex";', "mabeam(layers)"],
  ["foundation/src/agents/timers.ts", 'import "node:timers/promises";', "mabeam(layers)"],
  ["dspex/src/studies/s.ts", 'export { p } from "../programs/p.ts";', "mabeam(layers)"],
  ["dspex/src/teleprompters/t.ts", 'export { team } from "../teams/team.ts";', "mabeam(layers)"],
  ["dspex/src/teleprompters/u.ts", 'export { p } from "../programs/p.ts";'],
  [
    "dspex/src/programs/p.ts",
    'import { createMabeam } from "@mabeam/foundation";\nexport const p = createMabeam;',
    "mabeam(layers)",
  ],
  ["dspex/src/programs/q.ts", 'import { systemClock } from "@mabeam/foundation";\nexport const p = systemClock;'],
  ["dspex/src/programs/vote.ts", 'import "@mabeam/foundation/coordination";', "mabeam(layers)"],
  ["dspex/src/teams/team.ts", 'import "@mabeam/foundation/coordination";\nexport const team = 1;'],
  ["dspex/src/teams/deep.ts", 'import "@mabeam/foundation/src/mabeam.ts";', "mabeam(layers)"],
  ["dspex/src/teams/around.ts", 'import "../../../foundation/src/mabeam.ts";', "mabeam(layers)"],
  ["foundation/src/core/one.ts", 'import { two } from "./two.ts";\nexport const one = two;', "import(no-cycle)"],
  ["foundation/src/core/two.ts", 'import { one } from "./one.ts";\nexport const two = one;', "import(no-cycle)"],
  ["foundation/src/core/bare.ts", 'throw new Error("bare");', "mabeam(no-bare-error)"],
  ["foundation/src/core/now.ts", "export const now: number = Date.now();", "eslint(no-restricted-properties)"],
  ["foundation/src/core/clock.ts", "export const now: number = Date.now() + performance.now();"],
  ["foundation/src/core/date.ts", "export const now: Date = new Date();", "mabeam(no-current-date)"],
  ["foundation/src/core/chance.ts", "export const x: number = Math.random();", "eslint(no-restricted-properties)"],
  ["foundation/src/core/wait.ts", "setTimeout(() => undefined, 1);", "eslint(no-restricted-globals)"],
  ["foundation/src/core/wait.test.ts", "setTimeout(() => undefined, 1);"],
  ["foundation/src/core/default.ts", "export default 1;", "import(no-default-export)"],
  ["foundation/src/core/enum.ts", "export enum Color { Red }", "mabeam(no-enum)"],
  ["foundation/src/core/space.ts", "export namespace N { export const x = 1; }", "typescript(no-namespace)"],
  [
    "foundation/src/core/property.ts",
    "export class C { constructor(readonly x: number) {} }",
    "typescript(parameter-properties)",
  ],
  [
    "foundation/src/core/untyped.ts",
    "export function f(x: number) { return x; }",
    "typescript(explicit-module-boundary-types)",
  ],
  [
    "foundation/src/core/float.ts",
    "const f = async (): Promise<void> => {};\nf();",
    "typescript(no-floating-promises)",
  ],
  [
    "foundation/src/core/misused.ts",
    "const f = async (): Promise<boolean> => true;\nif (f()) f;",
    "typescript(no-misused-promises)",
  ],
  [
    "foundation/src/core/switch.ts",
    'export function f(x: "a" | "b"): void { switch (x) { case "a": break; } }',
    "typescript(switch-exhaustiveness-check)",
  ],
];

let folder: string;
const found = new Map<string, Set<string>>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mabeam-lint-"));
  for (const name of ["node_modules", "scripts", ".oxlintrc.json", "tsconfig.base.json", "tsconfig.json"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
  for (const [path, text] of planted) {
    const file = join(folder, "packages", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  const words = [join(root, "node_modules/oxlint/bin/oxlint"), "--type-aware", "--format=json", "packages"];
  for (const { filename, code } of lint(words)) {
    const path = filename.replaceAll("\\", "/").replace(/^.*packages\//, "");
    found.set(path, (found.get(path) ?? new Set()).add(code));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(planted.filter(([, , rule]) => rule !== undefined))("%s is refused: %s", (path, _text, rule) => {
  expect([...(found.get(path) ?? [])]).toContain(rule);
});

test.each(planted.filter(([, , rule]) => rule === undefined))("%s is fine: %s", (path) => {
  expect([...(found.get(path) ?? [])]).toEqual([]);
});

/** Runs oxlint over the planted files, which it must find faults with. */
function lint(words: string[]): { filename: string; code: string }[] {
  try {
    execFileSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  } catch (error) {
    return (JSON.parse((error as { stdout: string }).stdout) as { diagnostics: { filename: string; code: string }[] })
      .diagnostics;
  }
  throw new Error("oxlint found no fault.");
}
