/**
 * The files of one stream: segments named after the position of their first record, snapshots after the position that
 * they cover. A segment ends where the next one begins; lines beyond (left by an interrupted compaction) do not count.
 */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What lies in the folder of a stream; positions ascending. */
export interface Listing {
  segments: number[];
  snapshots: number[];
  /** Names of what a killed process was about: drafts of files, and locks on locks. */
  leftovers: string[];
}

const digits = 16;

/** The path of the segment that begins with position `first`. */
export function segmentPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(digits, "0")}.log`);
}

/** The path of the snapshot that covers all records up to `position`. */
export function snapshotPath(folder: string, position: number): string {
  return join(folder, `${String(position).padStart(digits, "0")}.snapshot`);
}

/** Lists a stream's folder; one that does not exist is empty. */
export async function listFolder(folder: string): Promise<Listing> {
  const listing: Listing = { segments: [], snapshots: [], leftovers: [] };
  for (const name of await namesIn(folder)) {
    const match = /^(\d{16})\.(log|snapshot)$/.exec(name);
    if (match !== null) listing[match[2] === "log" ? "segments" : "snapshots"].push(Number(match[1]));
    else if (name.endsWith(".draft") || name.startsWith("lock.")) listing.leftovers.push(name);
  }
  listing.segments.sort((a, b) => a - b);
  listing.snapshots.sort((a, b) => a - b);
  return listing;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isFileError(error, "ENOENT")) return [];
    throw error;
  }
}

/** The bytes of a file from `offset` to its present end; none if that comes before. */
export async function readBytes(path: string, offset: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const length = Math.max(0, size - offset);
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** Makes the names in `folder` durable. Windows has no such call, and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether `error` says that this process may not write here. */
export function isReadOnly(error: unknown): boolean {
  return ["EROFS", "EACCES", "EPERM"].some((code) => isFileError(error, code));
}

/** Whether `error` is the operating system's `code`. */
export function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
