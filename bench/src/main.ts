/**
 * `pnpm bench:runtime [--quick] [--write] [--only <case>]...`: this runtime beside the floor, XState, nact and
 * Erlang/OTP, in one run. `--write` puts the table into docs/benchmarks.md.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rowsOf, type Field } from "./aims.ts";
import { buildContestants } from "./build.ts";
import { cases } from "./cases/all.ts";
import { otpVersion } from "./competitor.ts";
import { runCase } from "./contest.ts";
import type { ContestantName } from "./contestant.ts";
import { describeMachine } from "./machine.ts";
import { full, quick } from "./scale.ts";
import { renderTable } from "./table.ts";
import { writeReport } from "./document.ts";

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
  },
});

const { only } = options;
const scale = options.quick ? quick : full;
const unknown = only?.find((name) => !cases.some((one) => one.name === name));
if (unknown !== undefined) {
  console.error(`There is no case "${unknown}"; there are ${cases.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
if (options.write && only !== undefined) {
  console.error("--write needs all cases: leave out --only.");
  process.exit(2);
}
const report = await run(cases.filter(({ name }) => only?.includes(name) ?? true));
console.log(`\n${report}`);
if (options.write) await writeReport(page, report);

async function run(chosen: typeof cases): Promise<string> {
  const otp = otpVersion();
  const contestants: ContestantName[] = ["mabeam", "floor", "xstate", "nact", ...(otp ? (["otp"] as const) : [])];
  const child = await buildContestants();
  const fields = new Map<string, Field>();
  const others: number[] = [];
  for (const one of chosen) {
    const startedAt = performance.now();
    const standing = await runCase({ one, contestants, scale, child });
    fields.set(one.name, standing.figures);
    if (standing.others !== undefined) others.push(standing.others);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.error(`${one.name.padEnd(16)} ${seconds.padStart(5)} s${percentOfOthers(standing.others)}`);
  }
  return [renderTable(rowsOf(scale), fields), notes(otp, others)].join("\n\n");
}

function notes(otp: string | undefined, others: readonly number[]): string {
  const lines = [
    `${describeMachine()}; Node ${process.versions.node}, XState ${version("xstate")}, nact ${version("nact")}, ${otp ?? "no Erlang/OTP"}; ${new Date().toISOString().slice(0, 10)}; \`pnpm bench:runtime${options.quick ? " --quick" : ""}\`.`,
  ];
  if (others.length > 0) {
    const mean = others.reduce((sum, share) => sum + share, 0) / others.length;
    lines.push(
      `Other processes took ${percent(mean)} of the processors meanwhile, at most ${percent(Math.max(...others))} during a case.`,
    );
  }
  if (otp === undefined) {
    lines.push("OTP is not in the table: install Elixir (Debian: `apt install elixir`) and run again.");
  }
  if (options.quick) lines.push("A quick run: small sizes, one round; judge nothing by it.");
  return lines.join(" ");
}

function percentOfOthers(share: number | undefined): string {
  return share === undefined ? "" : `, others took ${percent(share)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function version(name: string): string {
  const manifest = readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
