import { beforeAll, describe, expect, it } from "vitest";
import { isMabeamError } from "@mabeam/foundation";
import { type Corpus, type Example, loadCorpus, splitCorpus } from "./corpus.ts";

let corpus: Corpus;
beforeAll(() => {
  corpus = loadCorpus();
}, 60_000);

const sizes = { train: 1_500, validation: 700, test: 1_500 };
const ids = (examples: readonly Example[]): string[] => examples.map(({ mail }) => mail.id);

describe("the corpus", () => {
  it("accounts for every mail that was read", () => {
    const { read, newsItems, nearDuplicates, kept, ham, spam } = corpus.report;
    expect(read).toBe(6_046);
    expect(newsItems + nearDuplicates + kept).toBe(read);
    expect(ham + spam).toBe(kept);
    expect(kept).toBe(corpus.examples.length);
    expect(kept).toBeGreaterThan(4_000);
  });

  it("shows no view a trace of the collection", () => {
    const trace = /zzzz|yyyy|taint\.org|spamassassin|jmason|netnote|slashnull|fetchmail|rssfeeds|listinfo/i;
    expect(ids(corpus.examples.filter(({ mail }) => trace.test(JSON.stringify({ ...mail, id: "" }))))).toEqual([]);
    const collectors =
      /^(?:x-spam|x-pyzor|list-|received|delivered-to|return-path|x-beenthere|precedence|sender|errors-to|x-keywords)/;
    const names = new Set(corpus.examples.flatMap(({ mail }) => mail.headers.map(({ name }) => name)));
    expect([...names].filter((name) => collectors.test(name))).toEqual([]);
  });

  it("shows no word that tells when a mail was collected", () => {
    const dated = /^(?:january|february|june|july|august|september|october|november|december|monday|sunday|.*\d.*)$/;
    const found = corpus.examples.flatMap(({ mail }) =>
      [...mail.words, ...mail.subjectWords].filter((word) => dated.test(word)),
    );
    expect(found).toEqual([]);
  });

  it("has no single header, word, host or sender that tells more than a reply does", () => {
    // The strongest honest sign is In-Reply-To, 0.2 of 0.79 bits. A collector's trace that came back would exceed it.
    const views: ((example: Example) => string[])[] = [
      ({ mail }) => mail.headers.flatMap(({ name, value }) => [name, `${name}=${value}`]),
      ({ mail }) => mail.words,
      ({ mail }) => mail.links.map(({ host }) => host),
      ({ mail }) => [mail.from.domain, mail.from.local, mail.replyTo?.domain ?? "none"],
      ({ mail }) => mail.origin.split(" "),
    ];
    for (const view of views) expect(strongest(corpus.examples, view).bits).toBeLessThan(0.25);
  });

  it("is split into disjoint samples, each with the corpus's share of spam", () => {
    const split = splitCorpus(corpus.examples, 7, sizes);
    const all = [split.train, split.validation, split.test].flatMap(ids);
    expect(new Set(all).size).toBe(3_700);
    const share = corpus.report.spam / corpus.report.kept;
    for (const [name, size] of Object.entries(sizes) as [keyof typeof sizes, number][]) {
      const spam = split[name].filter(({ label }) => label === "spam").length;
      expect(split[name].length).toBe(size);
      expect(Math.abs(spam - share * size)).toBeLessThanOrEqual(1);
    }
  });

  it("is split the same way by the same seed, and another way by another", () => {
    const test = (seed: number): string[] => ids(splitCorpus(corpus.examples, seed, sizes).test);
    expect(test(7)).toEqual(test(7));
    expect(test(8)).not.toEqual(test(7));
  });

  it("refuses to split what it does not have", () => {
    for (const wrong of [
      { ...sizes, test: 9_000 },
      { ...sizes, train: 0 },
      { ...sizes, test: Number.NaN },
    ]) {
      expect(() => splitCorpus(corpus.examples, 7, wrong)).toThrow(
        expect.toSatisfy((error) => isMabeamError(error, "INVALID_INPUT")),
      );
    }
  });

  it("has no test mail that shares most of its phrases with a training mail", () => {
    // By exact resemblance of whole texts, where the clusters were found by sketches.
    const { train, test } = splitCorpus(corpus.examples, 7, sizes);
    const holders = new Map<string, number[]>();
    const sizesOfTrain = train.map(({ mail }, index) => {
      const phrases = phrasesOf(mail.words);
      for (const phrase of phrases) holders.set(phrase, [...(holders.get(phrase) ?? []), index]);
      return phrases.size;
    });
    const copies = test.filter(({ mail }) => {
      const phrases = phrasesOf(mail.words);
      const shared = new Map<number, number>();
      for (const phrase of phrases)
        for (const index of holders.get(phrase) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1);
      return [...shared].some(
        ([index, count]) => count > 5 && count / (phrases.size + (sizesOfTrain[index] as number) - count) > 0.6,
      );
    });
    expect(ids(copies)).toEqual([]);
  });
});

function phrasesOf(words: readonly string[]): Set<string> {
  return new Set(words.slice(2).map((word, index) => `${words[index]} ${words[index + 1]} ${word}`));
}

/** The feature with the greatest mutual information with the label. */
function strongest(
  examples: readonly Example[],
  view: (example: Example) => string[],
): { feature: string; bits: number } {
  const counts = new Map<string, [ham: number, spam: number]>();
  let spamTotal = 0;
  for (const example of examples) {
    const column = example.label === "spam" ? 1 : 0;
    spamTotal += column;
    for (const feature of new Set(view(example))) {
      const count = counts.get(feature) ?? [0, 0];
      count[column] += 1;
      counts.set(feature, count);
    }
  }
  const total = examples.length;
  const entropy = (a: number, b: number): number =>
    [a, b].reduce((sum, part) => (part === 0 ? sum : sum - (part / (a + b)) * Math.log2(part / (a + b))), 0);
  let best = { feature: "", bits: 0 };
  for (const [feature, [ham, spam]] of counts) {
    const without = entropy(total - spamTotal - ham, spamTotal - spam);
    const bits =
      entropy(total - spamTotal, spamTotal) -
      ((ham + spam) / total) * entropy(ham, spam) -
      (1 - (ham + spam) / total) * without;
    if (bits > best.bits) best = { feature, bits };
  }
  return best;
}
