/** The reader: what the mail says, word by word. It sees the visible words of subject and body, and nothing else. */
import { fitLogisticRegression } from "../learners/logistic-regression.ts";
import { fitNaiveBayes } from "../learners/naive-bayes.ts";
import type { Mail } from "../mail.ts";
import { createMember, type CommonSettings } from "../member.ts";

export type WordsSettings = CommonSettings & {
  part: "subject" | "body" | "both";
  learner: "naive-bayes" | "logistic-regression";
  /** 2 adds pairs of neighbours. */
  longestPhrase: number;
  /** In how many mails a word must stand to count. */
  minimumCount: number;
  /** Added to each count by naive Bayes; the penalty of logistic regression, in thousandths. */
  smoothing: number;
};

export const words = createMember<WordsSettings>({
  name: "words",
  defaults: { part: "body", learner: "naive-bayes", longestPhrase: 1, minimumCount: 2, smoothing: 1, caution: 0 },
  minimumCount: (settings) => settings.minimumCount,
  features(mail, { part, longestPhrase }) {
    // Subject words are marked: "free" in a subject says more than in a text.
    const subject =
      part === "body" ? [] : phrases(mail.subjectWords, longestPhrase).map((phrase) => `subject:${phrase}`);
    return part === "subject" ? subject : [...subject, ...phrases(mail.words, longestPhrase)];
  },
  learn: (data, { learner, smoothing }, random) =>
    learner === "naive-bayes" ? fitNaiveBayes(data, smoothing) : fitLogisticRegression(data, smoothing / 1000, random),
});

function phrases(list: Mail["words"], longest: number): string[] {
  if (longest < 2) return list;
  return [...list, ...list.slice(1).map((word, index) => `${list[index]} ${word}`)];
}
