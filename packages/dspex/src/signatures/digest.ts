/** One short text for equal JSON values: what tells signatures, configurations and examples apart. */
import { createHash } from "node:crypto";
import { canonicalJson } from "@mabeam/foundation";

/** The first `digits` hexadecimal digits of the SHA-256 of the value's canonical JSON. */
export function digest(value: unknown, digits: number): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, digits);
}
