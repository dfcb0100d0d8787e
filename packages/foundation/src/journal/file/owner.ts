/**
 * Who holds a lock, and whether it still lives. An owner is a small file that an open journal keeps; taking a lock
 * makes a hard link to it. So a lock appears with its content, in one step, and a `kill -9` leaves behind what tells
 * that its holder is dead.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { mkdir, open, readFile, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";

/** A process (and thread) in words that others can check. */
export interface Owner {
  id: string;
  pid: number;
  thread: number;
  /** Host, boot and process namespace: within one, process ids mean the same. */
  machine: string;
  /** When the process began, in ticks since boot; empty where the system does not tell. */
  began: string;
}

/** Whether an owner lives, as far as it can be known from here. */
export type Life = "alive" | "dead" | "unsure";

/** Writes this journal's owner file and returns it with its path. */
export async function announceOwner(folder: string): Promise<{ owner: Owner; path: string }> {
  await mkdir(folder, { recursive: true });
  const owner: Owner = {
    id: randomUUID(),
    pid: process.pid,
    thread: threadId,
    machine: thisMachine(),
    began: processState(process.pid)?.began ?? "",
  };
  const path = join(folder, owner.id);
  const file = await open(path, "wx");
  try {
    await file.writeFile(JSON.stringify(owner));
    await file.sync();
  } finally {
    await file.close();
  }
  return { owner, path };
}

/** Reads an owner; `undefined` if the text is none (a crash of the machine may have left it empty). */
export function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return typeof owner.id === "string" && typeof owner.pid === "number" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Judges an owner. Never calls a living one dead. */
export function lifeOf(owner: Owner | undefined): Life {
  if (owner === undefined) return "unsure";
  if (owner.machine !== thisMachine()) return sameHostEarlierBoot(owner) ? "dead" : "unsure";
  // A thread may have been terminated while its process goes on.
  if (owner.pid === process.pid) return owner.thread === threadId ? "alive" : "unsure";
  const state = processState(owner.pid);
  if (state !== undefined) return state.zombie || state.began !== owner.began ? "dead" : "alive";
  if (!processExists(owner.pid)) return "dead";
  // Without a start time the id may have been given to another process.
  return "unsure";
}

/** Removes the files of owners that are dead for certain. */
export async function removeDeadOwners(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const text = await readFile(path, "utf8").catch(() => "");
    if (lifeOf(parseOwner(text)) === "dead") await rm(path, { force: true });
  }
}

let machine: string | undefined;

function thisMachine(): string {
  machine ??= [
    hostname(),
    readOr("/proc/sys/kernel/random/boot_id"),
    orEmpty(() => readlinkSync("/proc/self/ns/pid")),
  ].join(" ");
  return machine;
}

function sameHostEarlierBoot(owner: Owner): boolean {
  const [host, boot] = owner.machine.split(" ");
  const [ownHost, ownBoot] = thisMachine().split(" ");
  return host === ownHost && boot !== "" && ownBoot !== "" && boot !== ownBoot;
}

/** From Linux's /proc, where there is one: field 3 is the state, field 22 the start time. */
function processState(pid: number): { zombie: boolean; began: string } | undefined {
  const text = readOr(`/proc/${pid}/stat`);
  if (text === "") return undefined;
  // The command name in parentheses may itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { zombie: fields[0] === "Z" || fields[0] === "X", began: fields[19] ?? "" };
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function readOr(path: string): string {
  return orEmpty(() => readFileSync(path, "utf8").trim());
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
