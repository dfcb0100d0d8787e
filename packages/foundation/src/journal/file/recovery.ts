/**
 * What to do with a segment that does not read to its end. A crash can only harm what was being written: the last
 * append of the last segment, which is cut off with a warning. Anything else is damage, and refused.
 */
import { open } from "node:fs/promises";
import { MabeamError } from "../../core/errors.ts";
import { parseFrames } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { readBytes, segmentPath } from "./segments.ts";

/** Tells the user about something odd that was put right. */
export type Warn = (message: string, details: Record<string, unknown>) => void;

/** Where the next append goes. */
export interface Tail {
  /** Position of the first record of the last segment. */
  first: number;
  path: string;
  /** Bytes in it. */
  size: number;
  /** Position of the last record of the stream. */
  last: number;
}

/**
 * Reads the last segment, from where `known` ends if that is the same one, and cuts off a torn last append.
 * The caller holds the stream's lock, so an incomplete append is nobody's work in progress.
 * @throws MabeamError `JOURNAL_CORRUPT`
 */
export async function recoverTail(folder: string, first: number, known: Tail | undefined, warn: Warn): Promise<Tail> {
  const path = segmentPath(folder, first);
  const start = known?.first === first ? known : { size: 0, last: first - 1 };
  const bytes = await readBytes(path, start.size);
  const parsed = parseFrames(bytes, start.last + 1);
  const tail = { first, path, size: start.size + parsed.end, last: start.last + parsed.frames.length };
  if (parsed.problem?.kind === "damaged") throw corrupt(path, start.size + parsed.problem.offset);
  if (parsed.problem !== undefined) {
    await cut(path, tail.size);
    warn(`Cut off a torn append at the end of ${path}: a writer was killed, or the disk lost its end.`, {
      file: path,
      offset: tail.size,
      bytes: bytes.length - parsed.end,
      last: tail.last,
    });
  }
  return tail;
}

/** Records of one segment, and the byte behind them. */
export interface Piece {
  frames: Frame[];
  end: number;
  /** Offset of what could not be read, if it is more than an append in progress at the end of the last segment. */
  badAt?: number;
  /** No record begins where one was looked for, though something else does. */
  isAstray: boolean;
}

/**
 * Reads records of a segment: those from `offset` on, whose first has position `expected`, as far as the segment counts
 * (up to `nextFirst`, the first position of the segment after it, if there is one).
 */
export async function readPiece(
  path: string,
  from: { offset: number; expected: number },
  nextFirst: number | undefined,
): Promise<Piece> {
  const bytes = await readBytes(path, from.offset);
  const { frames, end, problem } = parseFrames(bytes, from.expected);
  const isAstray = frames.length === 0 && problem !== undefined;
  const counting = nextFirst === undefined ? frames : within(frames, nextFirst);
  const piece = { frames: counting, end: from.offset + end, isAstray };
  const complete = nextFirst !== undefined && from.expected + piece.frames.length === nextFirst;
  const inProgress = nextFirst === undefined && problem?.kind !== "damaged";
  if (complete || inProgress) return piece;
  return { ...piece, badAt: from.offset + (problem?.offset ?? end) };
}

function within(frames: Frame[], nextFirst: number): Frame[] {
  return frames.filter((frame) => frame.position < nextFirst);
}

/** The error that names the damaged file and the byte. */
export function corrupt(file: string, offset: number): MabeamError {
  return new MabeamError(
    "JOURNAL_CORRUPT",
    `${file} is damaged at byte ${offset}: it no longer holds what was written. Restore it from a copy.`,
    { details: { file, offset } },
  );
}

async function cut(path: string, size: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(size);
    await file.sync();
  } finally {
    await file.close();
  }
}
