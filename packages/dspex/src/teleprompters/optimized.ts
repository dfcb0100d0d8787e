/** What an optimizer of programs gives: the program, and an honest account of how much better it is, and why. */
import type { Comparison } from "../evaluation/compare.ts";
import type { AnyProgram, FileOptions, Program } from "../programs/program.ts";
import type { Fields } from "../signatures/signature.ts";
import type { Importance } from "../studies/importance.ts";
import type { Configuration } from "../variables/configuration.ts";

/** A score on the select examples, with its 95 % bootstrap interval. */
export interface SelectScore {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
}

/** A configuration that was tried. */
export interface Candidate {
  readonly config: Configuration;
  /** How it was made of its parent. */
  readonly move: string;
  /** The parent's place among the candidates; absent for the baseline. */
  readonly parent?: number;
  /** Whether it beat its parent on the items that both were scored on. */
  readonly admitted: boolean;
  /** Its score as the additive model estimates it: comparable whatever items it was scored on. */
  readonly score: number;
  readonly standardError: number;
  /** Examples that it was scored on. */
  readonly items: number;
}

/** One step of the search. */
export interface SearchStep {
  readonly step: number;
  readonly tried: number;
  readonly admitted: number;
  /** Estimated score of the best candidate so far. */
  readonly best: number;
  /** Program runs so far. */
  readonly evaluations: number;
}

/** How the result compares with something simpler, on the select examples. */
export interface Control extends SelectScore {
  readonly config: Configuration;
  /** The result less the control. */
  readonly comparison: Comparison;
}

/** The outcome of an optimizer of programs. */
export interface Optimized<I extends object = Fields, O extends object = Fields> {
  /** Ready to use: configured, and fitted to the search examples. */
  readonly program: Program<I, O>;
  readonly config: Configuration;
  /** Whether a candidate was better than the baseline beyond doubt; otherwise the baseline is given back. */
  readonly improved: boolean;
  /** Why the search ended. */
  readonly stopped: "steps" | "budget" | "exhausted";
  readonly score: SelectScore;
  readonly baseline: SelectScore;
  /** The best candidate less the baseline, on the select examples. */
  readonly comparison: Comparison;
  /** Simpler answers, measured the same way. */
  readonly controls: { readonly bestSingle?: Control };
  readonly history: readonly SearchStep[];
  readonly candidates: readonly Candidate[];
  /** How much each variable mattered among the candidates. */
  readonly importance: Importance;
  readonly spent: { readonly evaluations: number; readonly timeMs: number };
  /** Writes the program's artifact, with scores and what was spent. */
  save(path: string, options?: FileOptions): Promise<void>;
  /** What changed, what it gained and what mattered, in words. */
  report(): string;
}

/** Told while an optimizer works. */
export interface OptimizerProgress {
  readonly phase: "search" | "select" | "done";
  readonly step: number;
  readonly steps: number;
  /** Estimated scores on the search examples. */
  readonly best: number;
  readonly standardError: number;
  readonly baseline: number;
  readonly evaluations: number;
  readonly budget: number;
  readonly candidates: number;
  /** The last move that paid, in words. */
  readonly lastGain: string | undefined;
}

/** The variables in which two configurations differ. */
function changes(from: Configuration, to: Configuration): { variable: string; from: unknown; to: unknown }[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted();
  return names
    .filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
    .map((variable) => ({ variable, from: from[variable], to: to[variable] }));
}

/** See {@link Optimized.report}. */
export function reportOf(result: Omit<Optimized, "report" | "save">, before: AnyProgram): string {
  const { improved, score, baseline, comparison, controls, spent, candidates } = result;
  const gain = `${signed(comparison.difference)} (95 % interval ${signed(comparison.interval[0])} to ${signed(comparison.interval[1])})`;
  const lines = [
    improved
      ? `Better than the baseline by ${gain}: ${fixed(baseline.mean)} → ${fixed(score.mean)} on the select examples.`
      : `No significant gain: the best candidate differs by ${gain}, so the baseline stays.`,
    `Tried ${candidates.length} candidates in ${spent.evaluations} program runs and ${(spent.timeMs / 1000).toFixed(1)} s.`,
  ];
  const { bestSingle } = controls;
  if (bestSingle !== undefined) {
    const { difference, interval } = bestSingle.comparison;
    const whole = improved ? "The result" : "The baseline";
    const word = interval[0] > 0 ? "beats" : interval[1] < 0 ? "is worse than" : "is not clearly better than";
    lines.push(
      `${whole} ${word} the best single member: ${signed(difference)} (${signed(interval[0])} to ${signed(interval[1])}).`,
    );
  }
  for (const { variable, from, to } of changes(before.config, result.config)) {
    lines.push(`  ${variable}: ${shown(from)} → ${shown(to)}`);
  }
  const mattered = Object.entries(result.importance)
    .filter(([, { value, interval }]) => value >= 0.02 && interval[0] > 0)
    .toSorted(([, a], [, b]) => b.value - a.value)
    .slice(0, 8);
  if (mattered.length > 0) {
    lines.push(
      `What mattered most: ${mattered.map(([name, { value }]) => `${name} ${Math.round(value * 100)} %`).join(", ")}.`,
    );
  }
  return lines.join("\n");
}

const fixed = (value: number): string => value.toFixed(4);
const signed = (value: number): string => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(4)}`;

function shown(value: unknown): string {
  if (value === undefined) return "(absent)";
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  return Array.isArray(value) ? `[${value.join(", ")}]` : JSON.stringify(value);
}
