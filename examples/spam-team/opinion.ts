/** What a member answers: a label and how sure it is; and how opinions are made from, and blended as, log-odds. */
import type { Label } from "./mail.ts";

/** `confidence` is the probability, in [0.5, 1], that `label` is right. */
export type Opinion = { label: Label; confidence: number };

// Nobody is surer than 0.9999: one certain member would silence all others when log-odds are added.
const surest = 9.2;

/** The opinion at these log-odds of spam. Even odds are ham: a good mail lost costs more than a bad one read. */
export function opinionAt(logOdds: number): Opinion {
  const bounded = Math.max(-surest, Math.min(surest, logOdds));
  return { label: bounded > 0 ? "spam" : "ham", confidence: 1 / (1 + Math.exp(-Math.abs(bounded))) };
}

/** The log-odds of spam that an opinion stands for. */
export function logOddsOf({ label, confidence }: Opinion): number {
  const bounded = Math.max(0.5, Math.min(0.9999, confidence));
  const odds = Math.log(bounded / (1 - bounded));
  return label === "spam" ? odds : -odds;
}
