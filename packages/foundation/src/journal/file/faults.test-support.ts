/**
 * Faults of the disk, for tests: stands between this process and `node:fs/promises`, for one folder. The journal knows
 * nothing of it; what is counted and struck is what it really asks of the operating system.
 */
import files from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** Operations that change what is on disk, or make it durable. */
export type Change = "create" | "write" | "sync" | "truncate" | "rename" | "link" | "remove" | "mkdir";

/** What is about to happen. */
export interface Operation {
  readonly kind: Change | "look";
  readonly path: string;
}

/** What happens instead. A write may get as far as half of its bytes first. */
export interface Fault {
  readonly half?: boolean;
  /** Throws, or ends the process. */
  strike(): never | Promise<never>;
}

type Call = (...args: any[]) => Promise<any>;

/** Which function of `node:fs/promises` is what, and which of its arguments is the path that changes. */
const functions: readonly [name: keyof typeof files, kind: Operation["kind"], pathAt: number][] = [
  ["mkdir", "mkdir", 0],
  ["rename", "rename", 1],
  ["link", "link", 1],
  ["unlink", "remove", 0],
  ["rm", "remove", 0],
  ["readdir", "look", 0],
  ["readFile", "look", 0],
  ["stat", "look", 0],
];

const methods: readonly [name: keyof FileHandle, kind: Operation["kind"]][] = [
  ["sync", "sync"],
  ["datasync", "sync"],
  ["truncate", "truncate"],
  ["stat", "look"],
  ["read", "look"],
];

type Meet = (kind: Operation["kind"], path: unknown, half?: () => Promise<unknown>) => Promise<void>;

/** Lets `faultOf` decide on each operation on files in `folder`. Returns how to end that. */
export function interceptFiles(folder: string, faultOf: (operation: Operation) => Fault | undefined): () => void {
  const original = { ...files };
  let isOver = false;
  const meet: Meet = async (kind, path, half) => {
    if (isOver || typeof path !== "string" || !path.startsWith(folder)) return;
    const fault = faultOf({ kind, path });
    if (fault?.half === true) await half?.();
    await fault?.strike();
  };
  for (const [name, kind, pathAt] of functions) {
    const call = original[name] as Call;
    Object.assign(files, { [name]: (...args: unknown[]) => meet(kind, args[pathAt]).then(() => call(...args)) });
  }
  const open = async (path: string, flags: string): Promise<FileHandle> => {
    await meet(flags === "r" ? "look" : "create", path);
    return interceptHandle(await original.open(path, flags), path, meet);
  };
  Object.assign(files, { open });
  syncBuiltinESMExports();
  return () => {
    // Files that are open already know only this.
    isOver = true;
    Object.assign(files, original);
    syncBuiltinESMExports();
  };
}

function interceptHandle(handle: FileHandle, path: string, meet: Meet): FileHandle {
  for (const [name, kind] of methods) {
    const call = (handle[name] as Call).bind(handle);
    Object.assign(handle, { [name]: (...args: unknown[]) => meet(kind, path).then(() => call(...args)) });
  }
  const appendFile = handle.appendFile.bind(handle);
  const write = async (content: string | Buffer): Promise<void> => {
    const bytes = Buffer.from(content as string);
    await meet("write", path, () => handle.write(bytes.subarray(0, bytes.length >> 1)));
    await appendFile(bytes);
  };
  return Object.assign(handle, { appendFile: write, writeFile: write });
}
