/**
 * The five members as programs: each looks at its own view of a mail, learns from examples, and has settings that may
 * be tuned. What a setting means is said in `members/`; here stand their ranges.
 */
import { choice, float, integer, program, signature, type Program, type Variable } from "@mabeam/dspex";
import * as z from "zod";
import type { Mail } from "./mail.ts";
import type { CommonSettings, Learned, Member } from "./member.ts";
import { headers } from "./members/headers.ts";
import { links } from "./members/links.ts";
import { rhythm } from "./members/rhythm.ts";
import { style } from "./members/style.ts";
import { words } from "./members/words.ts";

// A parsed mail comes from `readMail`: looking into it again for every member would cost more than classifying it.
const mail = z.custom<Mail>(
  (value) => typeof value === "object" && value !== null && "words" in value,
  "a mail, as readMail gives it",
);
const label = z.enum(["ham", "spam"]);
const confidence = z.number().min(0.5).max(1).describe("the probability that the label is right");
// What the colleagues whom it sees make of the mail together; it may be less sure than a coin.
const seen = { label: label.optional(), confidence: z.number().min(0).max(1).optional() };

/** A mail in, a verdict out. */
export type SpamProgram = Program<{ mail: Mail }, { label: "ham" | "spam"; confidence: number }>;

/** @param fitDependsOn the settings that change what is learned; the others only change what is made of it */
function expert<Settings extends CommonSettings>(
  member: Member<Settings>,
  variables: readonly Variable[],
  fitDependsOn: readonly (keyof Settings & string)[],
) {
  const listens = variables.some(({ name }) => name === "trust");
  return program({
    name: member.name,
    signature: signature({ inputs: { mail, ...(listens ? seen : {}) }, outputs: { label, confidence } }),
    variables,
    fitDependsOn,
    fit: (trainset, { config, random }) =>
      member.fit(trainset as unknown as Parameters<typeof member.fit>[0], settingsOf(member, config), random),
    forward: (inputs, { config, learned }) => {
      const { label: heard, confidence: howSure } = inputs as { label?: "ham" | "spam"; confidence?: number };
      const opinion = heard === undefined || howSure === undefined ? undefined : { label: heard, confidence: howSure };
      return member.classify(learned as Learned, inputs.mail, settingsOf(member, config), opinion);
    },
  }) as unknown as SpamProgram;
}

function settingsOf<Settings extends CommonSettings>(member: Member<Settings>, config: object): Settings {
  return { ...member.defaults, ...config };
}

const caution = float("caution", { min: -2, max: 2, default: 0 });
const trust = float("trust", { min: 0, max: 1.5, default: 0.5 });
const penalty = float("penalty", { min: 0.05, max: 50, log: true, default: 1 });
// At least 2: what stands in one mail alone is that mail's, and does not belong in a saved model.
const minimumCount = integer("minimumCount", { min: 2, max: 10, default: 2 });

/** The members, in the order in which a pipeline passes a mail on. */
export function spamPrograms(): Record<"words" | "headers" | "style" | "links" | "rhythm", SpamProgram> {
  return {
    words: expert(
      words,
      [
        choice("part", ["body", "subject", "both"]),
        choice("learner", ["naive-bayes", "logistic-regression"]),
        integer("longestPhrase", { min: 1, max: 2, default: 1 }),
        minimumCount,
        float("smoothing", { min: 0.01, max: 10, log: true, default: 1 }),
        trust,
        caution,
      ],
      ["part", "learner", "longestPhrase", "minimumCount", "smoothing"],
    ),
    headers: expert(
      headers,
      [
        choice("detail", ["names", "values", "words"], { default: "values" }),
        choice("origin", ["ignore", "form", "words"], { default: "form" }),
        minimumCount,
        penalty,
        trust,
        caution,
      ],
      ["detail", "origin", "minimumCount", "penalty"],
    ),
    style: expert(
      style,
      [
        choice("look", ["both", "text", "markup"]),
        integer("bins", { min: 1, max: 3, default: 1 }),
        penalty,
        trust,
        caution,
      ],
      ["look", "bins", "penalty"],
    ),
    links: expert(
      links,
      [
        choice("depth", ["hosts", "paths"]),
        choice("sender", ["ignore", "form", "words"], { default: "form" }),
        minimumCount,
        penalty,
        trust,
        caution,
      ],
      ["depth", "sender", "minimumCount", "penalty"],
    ),
    rhythm: expert(
      rhythm,
      [
        choice("hoursPerBin", [1, 2, 3, 4, 6, 8, 12], { default: 4 }),
        integer("sizeBins", { min: 1, max: 3, default: 1 }),
        float("smoothing", { min: 0.05, max: 20, log: true, default: 1 }),
        caution,
      ],
      ["hoursPerBin", "sizeBins", "smoothing"],
    ),
  };
}
