/**
 * The night porter: when a mail was written and how big it is. Deliberately weak: a real signal, but a small one, and a
 * good team learns how little to ask of it.
 */
import { levelOf } from "../binning.ts";
import { fitNaiveBayes } from "../learners/naive-bayes.ts";
import { createMember, type CommonSettings } from "../member.ts";

export type RhythmSettings = CommonSettings & {
  /** Hours that are told as one. */
  hoursPerBin: number;
  /** How finely size is told: bins to each doubling. */
  sizeBins: number;
  smoothing: number;
};

export const rhythm = createMember<RhythmSettings>({
  name: "rhythm",
  defaults: { hoursPerBin: 4, sizeBins: 1, smoothing: 1, caution: 0 },
  minimumCount: () => 1,
  features: (mail, { hoursPerBin, sizeBins }) => [
    mail.hour < 0 ? "no-hour" : `hour:${Math.floor(mail.hour / hoursPerBin)}`,
    mail.weekday === 0 || mail.weekday === 6 ? "weekend" : "workday",
    // The reached bin alone: nested levels would count one fact many times over in naive Bayes.
    `size:${levelOf(mail.bytes / 256, sizeBins)}`,
  ],
  learn: (data, { smoothing }) => fitNaiveBayes(data, smoothing),
});
