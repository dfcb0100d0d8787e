import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "@mabeam/foundation";
import { loadCorpus, type Split, splitCorpus } from "../corpus.ts";
import type { CommonSettings, Member } from "../member.ts";
import { logOddsOf, type Opinion, opinionAt } from "../opinion.ts";
import { headers } from "./headers.ts";
import { links } from "./links.ts";
import { rhythm } from "./rhythm.ts";
import { style } from "./style.ts";
import { words } from "./words.ts";

let split: Split;
beforeAll(() => {
  split = splitCorpus(loadCorpus().examples, 3, { train: 500, validation: 1, test: 500 });
}, 60_000);

/** Each member, with another value for every setting, and the macro-F1 that its view alone must reach. */
const cases = [
  {
    member: widen(words),
    floor: 0.88,
    others: {
      part: "both",
      learner: "logistic-regression",
      longestPhrase: 2,
      minimumCount: 6,
      smoothing: 0.1,
      caution: 1,
    },
  },
  {
    member: widen(headers),
    floor: 0.85,
    others: { detail: "words", origin: "words", minimumCount: 8, penalty: 30, caution: 1 },
  },
  { member: widen(style), floor: 0.82, others: { look: "markup", bins: 3, penalty: 30, trust: 1, caution: 1 } },
  {
    member: widen(links),
    floor: 0.78,
    others: { depth: "paths", sender: "words", minimumCount: 8, penalty: 30, trust: 1, caution: 1 },
  },
  { member: widen(rhythm), floor: 0.5, others: { hoursPerBin: 1, sizeBins: 3, smoothing: 20, caution: 1 } },
];

type AnySettings = CommonSettings & { [name: string]: unknown };
type AnyMember = Member<AnySettings>;

// A table of members of different settings; each row's settings are its own.
function widen<Settings extends CommonSettings>(member: Member<Settings>): AnyMember {
  return member as unknown as AnyMember;
}

// Every test compares with the defaults: they are fitted once for each member.
const byDefault = new Map<string, Opinion[]>();
function defaultAnswers(member: AnyMember): Opinion[] {
  const known = byDefault.get(member.name) ?? answers(member, member.defaults);
  byDefault.set(member.name, known);
  return known;
}

const seen: Opinion = { label: "spam", confidence: 0.8 };

function answers(member: AnyMember, settings: AnySettings, heard?: Opinion): Opinion[] {
  const learned = member.fit(split.train, settings, seededRandom(1));
  // Through JSON, as a saved member would be.
  const loaded = JSON.parse(JSON.stringify(learned)) as typeof learned;
  expect(loaded).toEqual(learned);
  return split.test.map(({ mail }) => member.classify(loaded, mail, settings, heard));
}

function macroF1(opinions: readonly Opinion[]): number {
  const f1 = (["ham", "spam"] as const).map((label) => {
    const hit = opinions.filter(
      (opinion, index) => opinion.label === label && split.test[index]?.label === label,
    ).length;
    const named = opinions.filter((opinion) => opinion.label === label).length;
    const actual = split.test.filter((example) => example.label === label).length;
    return (2 * hit) / (named + actual);
  });
  return f1.reduce((sum, one) => sum + one, 0) / f1.length;
}

describe.each(cases)("$member.name", ({ member, floor, others }) => {
  it("knows something of the class by its own view, and not everything", () => {
    const score = macroF1(defaultAnswers(member));
    expect(score).toBeGreaterThan(floor);
    expect(score).toBeLessThan(0.98);
  });

  it("is as often right as it says", () => {
    const opinions = defaultAnswers(member);
    expect(opinions.every(({ confidence }) => confidence >= 0.5 && confidence <= 1)).toBe(true);
    const said = opinions.reduce((sum, { confidence }) => sum + confidence, 0) / opinions.length;
    const right = opinions.filter(({ label }, index) => label === split.test[index]?.label).length / opinions.length;
    expect(Math.abs(said - right)).toBeLessThan(0.04);
  });

  it("learns the same from the same examples, settings and seed", () => {
    const fit = () => member.fit(split.train, member.defaults, seededRandom(5));
    expect(fit()).toEqual(fit());
  });

  it.each(Object.entries(others))("answers differently by its setting %s", (name, value) => {
    expect(Object.keys(others).toSorted()).toEqual(Object.keys(member.defaults).toSorted());
    // Trust shows only when there is somebody to hear.
    const heard = name === "trust" ? seen : undefined;
    const usual = heard ? answers(member, member.defaults, heard) : defaultAnswers(member);
    expect(answers(member, { ...member.defaults, [name]: value }, heard)).not.toEqual(usual);
  });
});

describe("a colleague's opinion", () => {
  it("adds its log-odds, weighted by trust, and is not heard without trust", () => {
    const learned = style.fit(split.train, style.defaults, seededRandom(1));
    const answer = (mail: Split["test"][number]["mail"], trust: number, heard?: Opinion): number =>
      logOddsOf(style.classify(learned, mail, { ...style.defaults, trust }, heard));
    for (const { mail } of split.test.slice(0, 50)) {
      const alone = answer(mail, 1);
      expect(answer(mail, 0, seen)).toBe(alone);
      if (Math.abs(alone) < 6) expect(answer(mail, 0.5, seen) - alone).toBeCloseTo(0.5 * Math.log(4), 6);
    }
  });

  it("is the same after a trip through log-odds", () => {
    for (const logOdds of [-5, -0.1, 0.1, 3]) expect(logOddsOf(opinionAt(logOdds))).toBeCloseTo(logOdds, 8);
    expect(opinionAt(0).label).toBe("ham");
    expect(opinionAt(1e6).confidence).toBeLessThan(1);
  });
});
