/**
 * Removes what the newest snapshot covers. Order makes a crash harmless: first the segment that goes on is put in place,
 * then older ones are removed; where both are there, a segment ends where the next begins.
 */
import { rm } from "node:fs/promises";
import { encodeAppend, parseFrames } from "./frame.ts";
import { corrupt } from "./recovery.ts";
import { listFolder, readBytes, segmentPath, syncFolder } from "./segments.ts";
import { writeWhole } from "./snapshots.ts";

/** Compacts the stream in `folder`. The caller holds its lock and has recovered its tail. */
export async function compactFolder(folder: string): Promise<void> {
  const { segments, snapshots } = await listFolder(folder);
  const covered = snapshots.at(-1);
  if (covered === undefined) return;
  const goesOnAt = covered + 1;
  const older = segments.filter((first) => first < goesOnAt);
  const partly = older.at(-1);
  if (partly === undefined) return;
  if (!segments.includes(goesOnAt)) {
    await writeWhole(segmentPath(folder, goesOnAt), await restOf(folder, partly, goesOnAt, segments));
    await syncFolder(folder);
  }
  for (const first of older) await rm(segmentPath(folder, first), { force: true });
  await syncFolder(folder);
}

/** The lines of a segment from position `from` on. */
async function restOf(folder: string, first: number, from: number, segments: number[]): Promise<string> {
  const path = segmentPath(folder, first);
  const nextFirst = segments.find((other) => other > first) ?? Infinity;
  const { frames, end, problem } = parseFrames(await readBytes(path, 0), first);
  const rest = frames.filter((frame) => frame.position >= from && frame.position < nextFirst);
  // Nothing is thrown away that could not be read.
  const complete = nextFirst === Infinity ? problem === undefined : first + frames.length >= nextFirst;
  if (!complete) throw corrupt(path, problem?.offset ?? end);
  return appendsOf(rest);
}

/** Keeps records of one append together, so that they stay all or none. */
function appendsOf(frames: { position: number; start: number; text: string }[]): string {
  let lines = "";
  for (let begin = 0; begin < frames.length;) {
    const { position, start } = frames[begin] as { position: number; start: number };
    let end = begin;
    while (frames[end]?.start === start) end++;
    lines += encodeAppend(
      position,
      frames.slice(begin, end).map((frame) => frame.text),
    );
    begin = end;
  }
  return lines;
}
