/**
 * One contestant in one case, in a process of its own, so that nobody's garbage is another's pause. Each line that
 * comes in asks for a round; each line that goes out is a JSON object: a round's figures, `{}` for a case that cannot be
 * run, or what went wrong. `otp.exs` speaks the same.
 *
 * Started as `child.js <contestant> <case> <scale as JSON>`.
 */
import { createInterface } from "node:readline";
import type { Round } from "./case.ts";
import { cases } from "./cases/all.ts";
import { contestants } from "./contestants/all.ts";
import type { Scale } from "./scale.ts";

const [contestantName, caseName, scale] = process.argv.slice(2);

async function prepare(): Promise<Round | undefined> {
  const contestant = contestants.find(({ name }) => name === contestantName);
  const one = cases.find(({ name }) => name === caseName);
  if (contestant === undefined || one === undefined || scale === undefined) {
    throw new Error("Usage: child.js <contestant> <case> <scale as JSON>");
  }
  const world = await contestant.open();
  const able = one.needs.every((need) => world[need] !== undefined);
  await world.close();
  return able ? one.prepare(contestant, JSON.parse(scale) as Scale) : undefined;
}

async function answer(work: () => Promise<object>): Promise<void> {
  const reply = await work().catch((error: unknown) => ({ error: error instanceof Error ? error.stack : error }));
  console.log(JSON.stringify(reply));
}

let round: Round | undefined;
await answer(async () => {
  round = await prepare();
  return { ready: round === undefined ? 0 : 1 };
});
for await (const _ of createInterface({ input: process.stdin })) await answer(async () => (await round?.()) ?? {});
process.exit();
