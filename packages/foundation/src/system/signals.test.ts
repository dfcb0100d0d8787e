import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("signals.process.ts", import.meta.url));

/** Starts the service, and signals it each time it says `when`. */
async function run(stopMs: number, when: readonly string[]) {
  const words = ["--conditions=mabeam-source", "--import", "tsx", script, String(stopMs)];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (when.includes(line)) child.kill("SIGTERM");
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  return { lines, signal };
}

it("SIGTERM stops the agents in reverse order, and then the process ends by it", async () => {
  expect(await run(1, ["ready"])).toEqual({ lines: ["ready", "b close", "a close"], signal: "SIGTERM" });
});

it("a second SIGTERM is not held up by an agent that stops slowly", async () => {
  expect(await run(4_000, ["ready", "b close"])).toEqual({ lines: ["ready", "b close"], signal: "SIGTERM" });
});
