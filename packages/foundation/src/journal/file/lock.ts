/**
 * An exclusive lock on a stream among any number of processes on one host.
 *
 * Taking it is making a hard link, which only one can. A lock whose holder is dead is broken at once, and only by the
 * one who holds the lock's own breaker lock, named after the dead holder: between looking again and removing, nobody
 * else can have removed it, and the dead do not come back. So no lock of a living holder is ever taken away by mistake,
 * and no time-out decides (except where a holder cannot be judged from here: see {@link patienceMs}).
 */
import { link, readFile, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pause, systemClock } from "../../core/clock.ts";
import { MabeamError } from "../../core/errors.ts";
import { lifeOf, parseOwner } from "./owner.ts";
import type { Owner } from "./owner.ts";
import { isFileError } from "./segments.ts";

/**
 * How long one and the same lock must have been held before a holder that cannot be judged (in another container, or a
 * terminated thread) counts as dead. A batch takes milliseconds.
 */
const patienceMs = 10_000;

const longestPauseMs = 8;

/** Runs `work` while holding the lock at `path`. `self` is the path of this journal's owner file. */
export async function withLock<T>(path: string, self: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  await acquire(path, self, timeoutMs);
  try {
    return await work();
  } finally {
    // The work is done, or has failed, whatever becomes of this: a lock that stays is known as one's own next time.
    await rm(path, { force: true }).catch(() => {});
  }
}

async function acquire(path: string, self: string, timeoutMs: number): Promise<void> {
  const begin = systemClock.monotonic();
  let seen: Held | undefined;
  let seenSince = begin;
  for (let pauseMs = 0.5; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    if (await tryLink(self, path)) return;
    const held = await inspect(path);
    if (held === undefined) continue;
    // Not in use: a journal works on a stream one thing after the other. It could not be removed the last time.
    if (held.owner?.id === basename(self)) return;
    const now = systemClock.monotonic();
    if (seen === undefined || !isSame(seen, held)) [seen, seenSince] = [held, now];
    const life = lifeOf(held.owner);
    if (life === "dead" || (life === "unsure" && now - seenSince > patienceMs)) {
      await breakLock(path, held, self, timeoutMs);
    } else if (now - begin > timeoutMs) {
      throw lockedTooLong(path, held.owner, timeoutMs);
    } else {
      await pause(systemClock, pauseMs);
    }
  }
}

async function tryLink(self: string, path: string): Promise<boolean> {
  try {
    await link(self, path);
    return true;
  } catch (error) {
    if (isFileError(error, "EEXIST")) return false;
    throw error;
  }
}

/** One taking of a lock: the same owner taking it again counts as another (linking changes the file's ctime). */
interface Held {
  owner: Owner | undefined;
  text: string;
  changed: number;
}

async function inspect(path: string): Promise<Held | undefined> {
  try {
    const [text, { ctimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return { owner: parseOwner(text), text, changed: ctimeMs };
  } catch (error) {
    if (isFileError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isSame(a: Held, b: Held): boolean {
  return a.text === b.text && a.changed === b.changed;
}

async function breakLock(path: string, dead: Held, self: string, timeoutMs: number): Promise<void> {
  const breaker = `${path}.${dead.owner?.id ?? "unknown"}`;
  await withLock(breaker, self, timeoutMs, async () => {
    const present = await inspect(path);
    // A dead owner's file may still be cleaned away by others, which changes the ctime, but not the owner.
    const still =
      present !== undefined && (lifeOf(present.owner) === "dead" ? present.text === dead.text : isSame(present, dead));
    if (still) await rm(path, { force: true });
  });
}

function lockedTooLong(path: string, owner: Owner | undefined, timeoutMs: number): MabeamError {
  const holder = owner === undefined ? "an unknown process" : `process ${owner.pid}`;
  return new MabeamError(
    "RESOURCES_EXHAUSTED",
    `The lock ${path} has been held by others for ${timeoutMs} ms, now by ${holder}. Is that process stopped?`,
    { details: { reason: "locked", path, pid: owner?.pid } },
  );
}
