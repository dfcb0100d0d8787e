/**
 * How records lie in a segment file: one line each,
 *
 *     <checksum> <position> <index>/<count> <json>
 *
 * where `index` and `count` say which part of its append a record is. The checksum covers the rest of the line. JSON
 * text never contains a line break, so a segment can be read with any text tool. Parsing is a pure function from bytes
 * to records and what is wrong with the rest, so that every kind of damage can be tried without a disk.
 */
import { checksum } from "./checksum.ts";

/** A record as it lies in a segment. */
export interface Frame {
  position: number;
  /** Position of the first record of the same append. */
  start: number;
  text: string;
}

/** What a piece of a segment holds. */
export interface Parsed {
  /** The records of all complete appends. */
  frames: Frame[];
  /** Bytes that they take: where the next append begins. */
  end: number;
  /**
   * Why reading stopped before the last byte. `torn`: the last append is incomplete or damaged, as after a crash.
   * `damaged`: what was complete once no longer is, for later appends follow it. `offset` points at the bad line.
   */
  problem?: { kind: "torn" | "damaged"; offset: number };
}

/** The lines of one append whose first record gets `start`. */
export function encodeAppend(start: number, texts: readonly string[]): string {
  let lines = "";
  for (let index = 0; index < texts.length; index++) {
    const body = `${start + index} ${index}/${texts.length} ${texts[index]}`;
    lines += `${checksum(body)} ${body}\n`;
  }
  return lines;
}

/** Reads appends from `bytes`, whose first record must have position `expected`. */
export function parseFrames(bytes: Buffer, expected: number): Parsed {
  const frames: Frame[] = [];
  let open: Frame[] = [];
  let end = 0;
  let offset = 0;
  while (offset < bytes.length) {
    const position = expected + frames.length + open.length;
    const line = readLine(bytes, offset);
    const fits = line !== undefined && line.position === position && (open[0] ?? line).start === line.start;
    if (!fits) {
      const start = open[0]?.start ?? position;
      const kind = anotherAppendFollows(bytes, offset, start) ? "damaged" : "torn";
      return { frames, end, problem: { kind, offset } };
    }
    open.push({ position, start: line.start, text: line.text });
    offset = line.end;
    if (position + 1 === line.start + line.count) {
      frames.push(...open);
      open = [];
      end = offset;
    }
  }
  return open.length === 0 ? { frames, end } : { frames, end, problem: { kind: "torn", offset: end } };
}

interface Line {
  position: number;
  start: number;
  count: number;
  text: string;
  end: number;
}

const header = /^([0-9a-f]{8}) ([1-9]\d{0,15}) (\d{1,9})\/([1-9]\d{0,8}) /;
const longestHeader = 8 + 1 + 16 + 1 + 9 + 1 + 9 + 1;

function readLine(bytes: Buffer, offset: number): Line | undefined {
  const end = bytes.indexOf(0x0a, offset);
  if (end === -1) return undefined;
  const match = header.exec(bytes.toString("latin1", offset, Math.min(end, offset + longestHeader)));
  if (match === null || checksum(bytes.subarray(offset + 9, end)) !== match[1]) return undefined;
  const position = Number(match[2]);
  const text = bytes.toString("utf8", offset + match[0].length, end);
  return { position, start: position - Number(match[3]), count: Number(match[4]), text, end: end + 1 };
}

/**
 * Whether a sound line of a later append than the one at `start` lies anywhere behind `offset`. Lines are looked for
 * at every place where one could begin: the damage may have eaten a line break.
 */
function anotherAppendFollows(bytes: Buffer, offset: number, start: number): boolean {
  const rest = bytes.toString("latin1", offset);
  for (const match of rest.matchAll(/[0-9a-f]{8} [1-9]\d{0,15} \d{1,9}\/[1-9]\d{0,8} /g)) {
    const line = readLine(bytes, offset + match.index);
    if (line !== undefined && line.start > start) return true;
  }
  return false;
}
