import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { crashObjective, crashSpace } from "./crash.test-support.ts";
import { createStudy } from "./study.ts";

const script = fileURLToPath(new URL("./study.process.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const trials = 24;

function start(folder: string): ChildProcess {
  const child = fork(script, [folder, String(trials)], {
    execArgv: ["--conditions=mabeam-source", "--import", tsx],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Kills the child when it evaluates the trial `number`. */
async function killAt(child: ChildProcess, number: number): Promise<void> {
  const exit = once(child, "exit");
  child.on("message", (evaluating) => {
    if (evaluating === number) child.kill("SIGKILL");
  });
  const [, signal] = (await exit) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mabeam-study-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a study that is killed twice and resumed has the trials of one that never was", { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder();
  await killAt(start(folder), 4);
  await killAt(start(folder), 15);
  const child = start(folder);
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);

  const objective = async (trial: {
    number: number;
    config: never;
    report: (v: number, s: number) => Promise<void>;
  }) => {
    await trial.report(0, trial.number);
    return crashObjective(trial.config);
  };
  const uninterrupted = await createStudy({ name: "crash", space: crashSpace, seed: 11 });
  await uninterrupted.optimize(objective as never, { budget: { trials } });
  await using resumed = await createStudy({ name: "crash", space: crashSpace, seed: 11, journal: folder });
  expect(resumed.trials()).toEqual(uninterrupted.trials());
  expect(resumed.trials()).toHaveLength(trials);
});

test("a trial whose process was killed is asked again at once", { timeout: 30_000 }, async () => {
  const folder = await temporaryFolder();
  await killAt(start(folder), 2);
  await using resumed = await createStudy({ name: "crash", space: crashSpace, journal: folder });
  const [left] = resumed.trials({ state: "running" });
  const again = await resumed.ask();
  expect({ number: again.number, config: again.config }).toEqual({ number: 2, config: left?.config });
  expect((await resumed.ask()).number).toBe(3);
});
