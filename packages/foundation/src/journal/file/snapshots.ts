/** Snapshots of one stream: each a file of a checksum and the state, put in place in one step. */
import { open, readFile, rename, rm } from "node:fs/promises";
import type { Json } from "../../core/json.ts";
import { decodeRecord } from "../record.ts";
import { checksum } from "./checksum.ts";
import { corrupt } from "./recovery.ts";
import { isFileError, listFolder, snapshotPath, syncFolder } from "./segments.ts";

/** Keeps `text` as the snapshot at `position` and removes older ones. The caller holds the stream's lock. */
export async function writeSnapshot(folder: string, position: number, text: string): Promise<void> {
  const { snapshots } = await listFolder(folder);
  if (position < (snapshots.at(-1) ?? 0)) return;
  const path = snapshotPath(folder, position);
  await writeWhole(path, `${checksum(text)} ${text}\n`);
  await syncFolder(folder);
  for (const older of snapshots) if (older < position) await rm(snapshotPath(folder, older), { force: true });
}

/** The newest snapshot, if there is one. */
export async function readSnapshot(folder: string): Promise<{ position: number; state: Json } | undefined> {
  for (;;) {
    const position = (await listFolder(folder)).snapshots.at(-1);
    if (position === undefined) return undefined;
    const path = snapshotPath(folder, position);
    try {
      return { position, state: decode(await readFile(path), path) };
    } catch (error) {
      // Another process has put a newer one in its place.
      if (!isFileError(error, "ENOENT")) throw error;
    }
  }
}

function decode(bytes: Buffer, path: string): Json {
  const body = bytes.subarray(9, bytes.length - 1);
  const sound = bytes.at(-1) === 0x0a && bytes.toString("latin1", 0, 9) === `${checksum(body)} `;
  if (!sound) throw corrupt(path, 0);
  return decodeRecord(body.toString("utf8"));
}

/** Writes a file so that it is there as a whole or not at all. */
export async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
