/**
 * Structured-cloneable values in a journal of JSON. What JSON holds exactly stays JSON, so that people can read it;
 * anything else (Map, Date, typed arrays, cycles, `undefined`, NaN, -0) becomes V8's own serialization in base64, a
 * format whose later versions read the earlier ones.
 */
import { types } from "node:util";
import { deserialize, serialize } from "node:v8";
import type { Json } from "../core/json.ts";

/** A value as text. Equal texts of one form are equal values. */
export interface EncodedValue {
  readonly form: "json" | "v8";
  readonly text: string;
}

/** How an {@link EncodedValue} lies in a record. */
export type EncodedJson = { readonly json: Json } | { readonly v8: string };

/** Encodes `value` as it is now. @throws what V8 throws for what cannot be cloned: functions, symbols, promises */
export function encodeCloneable(value: unknown): EncodedValue {
  if (isExactJson(value, new Set(), 0)) return { form: "json", text: JSON.stringify(value) };
  return { form: "v8", text: serialize(value).toString("base64") };
}

/** The value: a fresh one each time. @throws what V8 throws for the format of a later version */
export function decodeCloneable({ form, text }: EncodedValue): unknown {
  return form === "json" ? JSON.parse(text) : deserialize(Buffer.from(text, "base64"));
}

export function toRecord({ form, text }: EncodedValue): EncodedJson {
  return form === "json" ? { json: JSON.parse(text) as Json } : { v8: text };
}

export function fromRecord(record: EncodedJson): EncodedValue {
  return "v8" in record ? { form: "v8", text: record.v8 } : { form: "json", text: JSON.stringify(record.json) };
}

/** Journals walk records recursively: deeper values are left to V8, which reports an overflow at once and as an error. */
const deepest = 200;

/** Whether JSON gives back the same value. Something that occurs twice would come back as two, so it is not. */
function isExactJson(value: unknown, seen: Set<object>, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (seen.has(value) || depth === deepest || types.isProxy(value)) return false;
  seen.add(value);
  if (!Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if ((prototype !== Object.prototype && prototype !== null) || "toJSON" in value) return false;
  } else if (Object.keys(value).length !== value.length) return false;
  for (const member of Object.values(value)) if (!isExactJson(member, seen, depth + 1)) return false;
  return true;
}
