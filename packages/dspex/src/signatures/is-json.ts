/** Whether a value is plain JSON: the type `json` of signatures, and the law of everything that is saved. */

/**
 * Whether `value` would come back equal from a JSON file: null, booleans, finite numbers, texts, and plain lists and
 * records of such. `undefined` members of records count as absent. A circle is not JSON.
 */
export function isJson(value: unknown): boolean {
  return check(value, []);
}

function check(value: unknown, above: object[]): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (above.includes(value)) return false;
  above.push(value);
  const sound = Array.isArray(value) ? checkList(value, above) : isPlain(value) && checkRecord(value, above);
  above.pop();
  return sound;
}

function checkList(list: readonly unknown[], above: object[]): boolean {
  // `every` would step over the holes of a sparse list.
  for (let index = 0; index < list.length; index++) if (!check(list[index], above)) return false;
  return true;
}

function checkRecord(record: object, above: object[]): boolean {
  for (const member of Object.values(record)) if (member !== undefined && !check(member, above)) return false;
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
