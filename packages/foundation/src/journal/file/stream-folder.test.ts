import fc from "fast-check";
import { expect, it } from "vitest";
import { awkwardNames } from "../journal.suite.ts";
import { streamFolder } from "./stream-folder.ts";

it("every name gives a folder that every file system takes, and different names different ones", () => {
  const names = fc.string({ unit: "binary", minLength: 1, maxLength: 256 });
  fc.assert(
    fc.property(names, names, (a, b) => {
      expect(streamFolder(a)).toMatch(/^[a-z0-9_~-]{1,100}$/);
      expect(streamFolder(a) === streamFolder(b)).toBe(a === b);
    }),
  );
  expect(new Set(awkwardNames.map(streamFolder)).size).toBe(awkwardNames.length);
});
