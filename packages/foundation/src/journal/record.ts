/** How records enter and leave a journal: as JSON text, so that nobody can change one after it was appended. */
import { invalidInput } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { checkId, checkInteger } from "../core/validate.ts";

/**
 * The text of a record; `what` names it in errors. `undefined` members are left out.
 * @throws MabeamError `INVALID_INPUT` (`details.reason` `not-json`) for what JSON cannot hold: NaN, functions, class
 * instances, cycles. Nothing is silently turned into `null` or `{}`.
 */
export function encodeRecord(record: Json, what = "record"): string {
  try {
    checkJson(record, what, []);
    return JSON.stringify(record);
  } catch (error) {
    if (error instanceof RangeError) throw notJson(what, "nested too deeply, or too long for a string");
    throw error;
  }
}

/** The record of a text that {@link encodeRecord} made: a fresh value each time. */
export function decodeRecord(text: string): Json {
  return JSON.parse(text) as Json;
}

/** What every `append` checks before anything happens. Returns the texts of the records. */
export function checkAppend(stream: string, records: readonly Json[], expected: number | undefined): string[] {
  checkId(stream, "A stream");
  if (!Array.isArray(records)) throw invalidInput("not-a-list", "append takes a list of records.");
  if (expected !== undefined) checkInteger(expected, "expected", { min: 0 });
  return records.map((record) => encodeRecord(record));
}

/** What every `snapshot` checks first. Returns the text of the state. */
export function checkSnapshot(stream: string, state: Json, position: number): string {
  checkId(stream, "A stream");
  checkInteger(position, "The position of a snapshot", { min: 1 });
  return encodeRecord(state, "state");
}

/** What every `read` and `follow` checks. Returns the first position. */
export function checkRead(stream: string, from: number | undefined): number {
  checkId(stream, "A stream");
  if (from !== undefined) checkInteger(from, "from", { min: 1 });
  return from ?? 1;
}

function checkJson(value: unknown, path: string, ancestors: readonly object[]): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return;
    throw notJson(path, String(value));
  }
  if (typeof value !== "object") throw notJson(path, `of type ${typeof value}`);
  if (ancestors.includes(value)) throw notJson(path, "a value that contains itself");
  const inner = [...ancestors, value];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkJson(value[index], `${path}[${index}]`, inner);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw notJson(path, "a class instance");
  if ("toJSON" in value) throw notJson(path, "an object with its own toJSON");
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) checkJson(member, `${path}.${key}`, inner);
  }
}

function notJson(path: string, shown: string): Error {
  return invalidInput("not-json", `Only plain JSON can be kept, but ${path} is ${shown}. Convert it first.`, {
    path,
  });
}
