import { describe, expect, it } from "vitest";
import { seededRandom } from "@mabeam/foundation";
import { clusterNearDuplicates } from "./near-duplicates.ts";

const random = seededRandom("texts");
const letters = "abcdefghijklmnopqrstuvwxyz";
const word = (): string => Array.from({ length: 6 }, () => letters[random.integer(26)]).join("");
const text = (words: number): string => Array.from({ length: words }, word).join(" ");

describe("clusters of near-duplicates", () => {
  it("joins a campaign whatever name, number, address or link each copy carries", () => {
    const body = text(80);
    const copies = Array.from({ length: 5 }, (_, copy) => ({
      text: `Dear ${word()}, ${body} http://x${copy}.example/${word()} ref ${copy * 7919} a${copy}@example.org`,
    }));
    expect(clusterNearDuplicates(copies)).toEqual([0, 0, 0, 0, 0]);
  });

  it("keeps texts apart that share no phrase", () => {
    expect(clusterNearDuplicates(Array.from({ length: 50 }, () => ({ text: text(40) })))).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  it("joins a chain of edits whose ends have little in common, and names it by its first text", () => {
    const source = text(180).split(" ");
    // Neighbours share two thirds of their phrases, the ends a quarter.
    const edits = [0, 20, 40, 60].map((from) => ({ text: source.slice(from, from + 100).join(" ") }));
    expect(clusterNearDuplicates([edits[0], edits[3]].flatMap((edit) => edit ?? []))).toEqual([0, 1]);
    expect(clusterNearDuplicates(edits)).toEqual([0, 0, 0, 0]);
  });

  it("joins issues of one series, whatever their news", () => {
    const issues = [{ text: text(40), series: "weekly" }, { text: text(40) }, { text: text(40), series: "weekly" }];
    expect(clusterNearDuplicates(issues)).toEqual([0, 1, 0]);
  });

  it("joins empty texts, and short ones only if they are equal", () => {
    expect(clusterNearDuplicates([{ text: "" }, { text: "hi there" }, { text: "" }, { text: "hi you" }])).toEqual([
      0, 1, 0, 3,
    ]);
  });
});
