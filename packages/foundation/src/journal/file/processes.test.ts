import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../../core/random.ts";
import { collect } from "../journal.suite.ts";
import type { Acknowledged } from "./appender.process.ts";
import { fileJournal } from "../file-journal.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const script = fileURLToPath(new URL("./appender.process.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

function start(dir: string, by: string, mode: "append" | "hold" = "append"): ChildProcess {
  const child = fork(script, [dir, by, mode], {
    execArgv: ["--import", tsx],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** Resolves once `child` has reported `count` appends; all reports go to `into`. */
function reports(child: ChildProcess, count: number, into: Acknowledged[]): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    child.on("message", (message: Acknowledged) => {
      into.push(message);
      if (--left === 0) resolve();
    });
  });
}

it(
  "no acknowledged append is lost and no position given twice when appending processes are killed",
  { timeout: 60_000 },
  async () => {
    const dir = await temporaryFolder();
    const random = seededRandom("kill");
    const acknowledged: Acknowledged[] = [];
    const steady = ["a", "b", "c"].map((by) => start(dir, by));
    const steadyDone = Promise.all(steady.map((child) => reports(child, 60, acknowledged)));
    for (let round = 0; round < 5; round++) {
      const victim = start(dir, `victim${round}`);
      await reports(victim, 1 + random.integer(25), acknowledged);
      await kill(victim);
    }
    await steadyDone;
    await Promise.all(steady.map((child) => kill(child)));

    const journal = fileJournal(dir);
    const entries = (await collect(journal.read("s"))) as {
      position: number;
      record: { by: string; n: number; part: number };
    }[];
    await journal.close();
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 1));
    const key = (by: string, n: number, part: number): string => `${by}:${n}:${part}`;
    const placed = new Map(entries.map(({ position, record }) => [key(record.by, record.n, record.part), position]));
    expect(placed.size).toBe(entries.length);
    for (const { by, n, last } of acknowledged) {
      expect([placed.get(key(by, n, 1)), placed.get(key(by, n, 2))]).toEqual([last - 1, last]);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(180);
  },
);

it("the lock of a process that was killed while holding it is free at once", { timeout: 20_000 }, async () => {
  const dir = await temporaryFolder();
  const journal = fileJournal(dir, { lockTimeoutMs: 500 });
  onTestFinished(() => journal.close());
  await journal.append("s", ["before"]);
  const holder = start(dir, "holder", "hold");
  await once(holder, "message");
  await expect(journal.append("s", ["while held"])).rejects.toMatchObject({
    code: "RESOURCES_EXHAUSTED",
    details: { reason: "locked", path: join(dir, "streams", "s", "lock"), pid: holder.pid },
  });
  await kill(holder);
  expect(await journal.append("s", ["after"])).toBe(2);
});
