import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { fileJournal } from "../file-journal.ts";
import type { Orders } from "./crash.process.ts";
import { bundleProcess, heard, judge, operationsOf, startLife } from "./lives.test-support.ts";
import type { Life } from "./lives.test-support.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const timeout = 60_000;

let script = "";
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "mabeam-crash-"));
  script = await bundleProcess(folder);
  return () => rm(folder, { recursive: true, force: true });
}, timeout);

type Point = Pick<Orders, "killAt" | "half">;

/** A life in `dir` from its beginning to `end`. */
async function live(dir: string, orders: Omit<Orders, "dir">, end: "SIGKILL" | 0): Promise<Life> {
  const life = startLife(script, { ...orders, dir });
  expect(await life.end, JSON.stringify(orders)).toBe(end);
  return life;
}

/** Does `work` for each point, three at a time. */
async function forEach(points: readonly Point[], work: (point: Point) => Promise<void>): Promise<void> {
  const next = points.values();
  const lane = async (): Promise<void> => {
    for (const point of next) await work(point);
  };
  await Promise.all([lane(), lane(), lane()]);
}

/**
 * Before each operation, and in the middle of each write. Not before a sync: it changes nothing that a kill could leave,
 * and nothing is acknowledged between a sync and the operation before it, so the point after it tells the same.
 */
function pointsIn(operations: readonly string[]): Point[] {
  return operations.flatMap((kind, index) => {
    const killAt = index + 1;
    if (kind === "sync") return [];
    return kind === "write" ? [{ killAt }, { killAt, half: true }] : [{ killAt }];
  });
}

/**
 * Kills a process at every operation on the disk, each time in a copy of what `earlier` has left in `left`, and judges
 * what remains. Returns the operations.
 */
async function killEverywhere(what: Orders["what"], left: string, earlier: Life[]): Promise<readonly string[]> {
  const lifeOnCopy = async (point: Point, end: "SIGKILL" | 0): Promise<Life> => {
    const dir = await temporaryFolder();
    await cp(left, dir, { recursive: true });
    const life = await live(dir, { ...point, by: "killed", what }, end);
    await judge(dir, [...earlier, life]);
    return life;
  };
  const operations = operationsOf(await lifeOnCopy({}, 0));
  await forEach(pointsIn(operations), async (point) => void (await lifeOnCopy(point, "SIGKILL")));
  return operations;
}

describe("killed at any operation on the disk, a process loses, tears and doubles nothing", () => {
  it("while it appends, rolls segments, snapshots and compacts", { timeout }, async () => {
    const operations = await killEverywhere("all", await temporaryFolder(), []);
    expect(new Set(operations)).toEqual(new Set(["mkdir", "create", "write", "sync", "link", "remove", "rename"]));
  });

  it("while it takes the lock of a dead writer and cuts off its torn append", { timeout }, async () => {
    const left = await temporaryFolder();
    const whole = await live(await temporaryFolder(), { by: "whole", what: "all" }, 0);
    // The first write is the owner file, the second the first batch, the third the next one.
    const killAt = operationsOf(whole).flatMap((kind, index) => (kind === "write" ? [index + 1] : []))[2] as number;
    const dead = await live(left, { by: "dead", what: "all", killAt, half: true }, "SIGKILL");
    expect(dead.told).toEqual([{ appended: 1, last: 2, parts: 2 }]);
    const operations = await killEverywhere("append", left, [dead]);
    expect(operations).toContain("truncate");
  });

  it("while it goes on after a compaction that was killed half-way", { timeout }, async () => {
    const left = await temporaryFolder();
    const whole = await live(await temporaryFolder(), { by: "whole", what: "all" }, 0);
    // The new segment is in place and durable, none of the old ones is removed.
    const killAt = operationsOf(whole).lastIndexOf("rename") + 3;
    const dead = await live(left, { by: "dead", what: "all", killAt }, "SIGKILL");
    await killEverywhere("append", left, [dead]);
  });

  it("while others append, with and without an expected end", { timeout }, async () => {
    const dir = await temporaryFolder();
    const steady = ["a", "b"].map((by) => startLife(script, { dir, by, what: "steady" }));
    await Promise.all(steady.map((life) => heard(life, 1)));
    const killed: Life[] = [];
    // Waiting for the lock adds operations, so these reach every part of what the process does.
    const points = Array.from({ length: 14 }, (_, index) => ({ killAt: 2 + 5 * index, half: index % 2 === 0 }));
    await forEach(points, async (point) => {
      killed.push(await live(dir, { ...point, by: `killed at ${point.killAt}`, what: "all" }, "SIGKILL"));
    });
    await Promise.all(steady.map((life) => heard(life, life.told.length + 5)));
    for (const { child } of steady) child.kill("SIGKILL");
    await Promise.all(steady.map(({ end }) => end));
    await judge(dir, [...steady, ...killed]);
  });
});

it("many processes write at once, and none waits in vain", { timeout }, async () => {
  const dir = await temporaryFolder();
  const lives = await Promise.all(
    Array.from({ length: 8 }, (_, index) => live(dir, { by: `writer ${index}`, what: "all" }, 0)),
  );
  expect(await judge(dir, lives)).toBe(8 * 13 + 1);
});

it("the lock of a process that was killed while holding it is free at once", { timeout }, async () => {
  const dir = await temporaryFolder();
  const journal = fileJournal(dir, { lockTimeoutMs: 500 });
  onTestFinished(() => journal.close());
  await journal.append("s", ["before"]);
  const holder = startLife(script, { dir, by: "holder", what: "hold" });
  await heard(holder, 1);
  await expect(journal.append("s", ["while held"])).rejects.toMatchObject({
    code: "RESOURCES_EXHAUSTED",
    details: { reason: "locked", path: join(dir, "streams", "s", "lock"), pid: holder.child.pid },
  });
  holder.child.kill("SIGKILL");
  await holder.end;
  expect(await journal.append("s", ["after"])).toBe(2);
});
