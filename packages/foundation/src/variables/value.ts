/** Values as variables hold them: copies that nobody can change. */
import type { Json } from "../core/json.ts";
import { encodeRecord } from "../journal/record.ts";

/**
 * A deeply frozen copy of plain JSON.
 * @throws MabeamError `INVALID_INPUT` (`details.reason` `not-json`) for anything else, `undefined` among it
 */
export function frozenValue(value: unknown, what: string): Json {
  // The reviver sees members before what holds them, and `parse` keeps a member called `__proto__` a member.
  return JSON.parse(encodeRecord(value as Json, what), (_, member: unknown) => Object.freeze(member)) as Json;
}
