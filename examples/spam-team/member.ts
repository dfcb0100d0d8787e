/**
 * What all members share: features of one view, a learner, honest confidence, and a word from colleagues. A member is a
 * pair of pure functions; the programs and the team are made from them elsewhere.
 */
import type { Random } from "@mabeam/foundation";
import type { Example } from "./corpus.ts";
import { type Calibration, fitCalibration } from "./learners/calibration.ts";
import { type LinearModel, scoreOf } from "./learners/linear-model.ts";
import { encode, subset, type TrainingData } from "./learners/training-data.ts";
import type { Mail } from "./mail.ts";
import { logOddsOf, type Opinion, opinionAt } from "./opinion.ts";

/** The settings that every member has. */
export type CommonSettings = {
  /** Log-odds that a mail must exceed to be called spam. 0 takes the likelier label. */
  caution: number;
  /** How much a colleague's opinion counts: 0 not at all, 1 as independent evidence. For members that listen. */
  trust?: number;
};

/** What a fitted member has learned: plain JSON. */
export type Learned = { model: LinearModel; calibration: Calibration };

/** A view on mails that can be learned. */
export type Member<Settings extends CommonSettings> = {
  name: string;
  /** What a sensible person would write first. */
  defaults: Settings;
  /** Pure: the same examples, settings and chance give the same state. */
  fit(examples: readonly Example[], settings: Settings, random: Random): Learned;
  /** `seen` is a colleague's opinion on the same mail, if the topology shows one. */
  classify(learned: Learned, mail: Mail, settings: Settings, seen?: Opinion): Opinion;
};

/** One view: which features a mail has under the settings, and how a model is learned from them. */
export type View<Settings extends CommonSettings> = {
  name: string;
  defaults: Settings;
  features(mail: Mail, settings: Settings): string[];
  /** In how many mails a feature must stand to count. */
  minimumCount(settings: Settings): number;
  learn(data: TrainingData, settings: Settings, random: Random): LinearModel;
};

const folds = 3;

/** Makes a member of a view. */
export function createMember<Settings extends CommonSettings>(view: View<Settings>): Member<Settings> {
  const { name, defaults } = view;
  return {
    name,
    defaults,
    fit(examples, settings, random) {
      const rows = examples.map(({ mail }) => [...new Set(view.features(mail, settings))]);
      const spam = examples.map(({ label }) => label === "spam");
      const data = encode(rows, spam, view.minimumCount(settings));
      const learnWithout = (fold: number): LinearModel =>
        view.learn(
          subset(data, (index) => index % folds !== fold),
          settings,
          random.split(name, fold),
        );
      const models = Array.from({ length: folds }, (_, fold) => learnWithout(fold));
      const scores = rows.map((row, index) => scoreOf(models[index % folds] as LinearModel, row));
      const calibration = fitCalibration(scores, spam);
      return { model: view.learn(data, settings, random.split(name, "all")), calibration };
    },
    classify(learned, mail, settings, seen) {
      const score = scoreOf(learned.model, [...new Set(view.features(mail, settings))]);
      const own = learned.calibration.slope * score + learned.calibration.offset;
      const heard = seen ? (settings.trust ?? 0) * logOddsOf(seen) : 0;
      return opinionAt(own + heard - settings.caution);
    },
  };
}
