import { link, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withLock } from "./lock.ts";
import { announceOwner, lifeOf, removeDeadOwners } from "./owner.ts";
import type { Owner } from "./owner.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** An owner whose process id now belongs to a process that began later. */
async function deadOwner(folder: string): Promise<{ owner: Owner; path: string }> {
  const announced = await announceOwner(folder);
  const owner = { ...announced.owner, pid: process.ppid, began: "0" };
  await writeFile(announced.path, JSON.stringify(owner));
  return { owner, path: announced.path };
}

it("only one holds the lock at a time, also while many break that of a dead holder", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "lock");
  for (let round = 0; round < 20; round++) {
    const dead = await deadOwner(folder);
    await link(dead.path, path);
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await readFile(path);
      inside--;
    };
    const owners = await Promise.all(Array.from({ length: 6 }, () => announceOwner(folder)));
    await Promise.all(owners.map((owner) => withLock(path, owner.path, 5_000, work)));
    expect(most).toBe(1);
  }
  expect((await readdir(folder)).filter((name) => name.startsWith("lock"))).toEqual([]);
});

it("a breaker that died while breaking is broken in turn", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "lock");
  const [dead, deadBreaker] = [await deadOwner(folder), await deadOwner(folder)];
  await link(dead.path, path);
  await link(deadBreaker.path, `${path}.${dead.owner.id}`);
  const { path: self } = await announceOwner(folder);
  expect(await withLock(path, self, 5_000, async () => "in")).toBe("in");
  expect((await readdir(folder)).filter((name) => name.startsWith("lock"))).toEqual([]);
});

it("the lock is given back when the work fails", async () => {
  const folder = await temporaryFolder();
  const { path: self } = await announceOwner(folder);
  const failing = withLock(join(folder, "lock"), self, 100, () => Promise.reject(new TypeError("no")));
  await expect(failing).rejects.toThrow(TypeError);
  expect(await withLock(join(folder, "lock"), self, 100, async () => 1)).toBe(1);
});

it("a living owner is never called dead, and what cannot be judged from here is unsure", async () => {
  const { owner } = await announceOwner(await temporaryFolder());
  expect(lifeOf(owner)).toBe("alive");
  expect(lifeOf({ ...owner, thread: owner.thread + 1 })).toBe("unsure");
  expect(lifeOf({ ...owner, machine: "elsewhere boot namespace" })).toBe("unsure");
  expect(lifeOf(undefined)).toBe("unsure");
  const [host = "", boot = "", namespace = ""] = owner.machine.split(" ");
  if (boot !== "") expect(lifeOf({ ...owner, machine: `${host} earlier ${namespace}` })).toBe("dead");
  expect(lifeOf({ ...owner, pid: 2 ** 22 + 1 })).toBe("dead");
});

it("opening a journal clears away the owners that are dead, and only those", async () => {
  const folder = await temporaryFolder();
  const [alive, dead] = [await announceOwner(folder), await deadOwner(folder)];
  await removeDeadOwners(folder);
  expect(await readdir(folder)).toEqual([alive.owner.id]);
  expect(dead.owner.id).not.toBe(alive.owner.id);
});
