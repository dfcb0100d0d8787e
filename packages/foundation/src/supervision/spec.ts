/** What a supervisor is told to do, and the checks of it. */
import type { Backoff } from "../agents/define.ts";
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkInteger, checkNumber, checkOptions } from "../core/validate.ts";
import type { Child } from "./child.ts";
import type { Intensity } from "./intensity.ts";
import type { AutoShutdown, Strategy } from "./strategy.ts";

export interface SupervisorSpec extends Intensity {
  readonly id: string;
  readonly strategy: Strategy;
  readonly backoff: Backoff | undefined;
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown;
  /**
   * Default true. `false` for an agent without a supervisor: over the intensity it is given up, and that is all. What
   * fails to start there counts on the same account as what crashes.
   */
  readonly escalates?: boolean;
}

/** How often, and how soon, a start that fails is tried again. */
export interface StartLimits extends Intensity {
  readonly backoff?: Backoff | undefined;
}

/** One try: whoever asks for a supervisor sees at once what is wrong with it. */
export const once: StartLimits = { maxRestarts: 0, withinMs: 1 };

/** The same spec. @throws MabeamError `INVALID_INPUT` for a value out of range */
export function checkSpec(spec: SupervisorSpec): SupervisorSpec {
  checkOneOf(spec.strategy, "strategy", ["one_for_one", "one_for_all", "rest_for_one"] satisfies Strategy[]);
  checkInteger(spec.maxRestarts, "maxRestarts", { min: 0 });
  checkNumber(spec.withinMs, "withinMs", { min: 1 });
  const shutdowns = ["never", "any_significant", "all_significant"] satisfies AutoShutdown[];
  checkOneOf(spec.autoShutdown, "autoShutdown", shutdowns);
  if (spec.backoff === undefined) return spec;
  checkOptions(spec.backoff, ["initialMs", "factor", "maxMs"], "backoff");
  checkNumber(spec.backoff.initialMs, "backoff.initialMs", { min: 0 });
  checkNumber(spec.backoff.factor ?? 2, "backoff.factor", { min: 1 });
  checkNumber(spec.backoff.maxMs ?? 30_000, "backoff.maxMs", { min: 0 });
  return spec;
}

/** @throws MabeamError `INVALID_INPUT` for a significant child that could never end `spec`'s supervisor, as in OTP */
export function checkSignificant(child: Child, spec: SupervisorSpec): void {
  if (child.significant !== true) return;
  if (child.restart !== "permanent" && (spec.autoShutdown ?? "never") !== "never") return;
  const message =
    `"${child.id}" cannot be significant for "${spec.id}": it must be transient or temporary, and the supervisor's ` +
    `autoShutdown any_significant or all_significant.`;
  throw invalidInput("not-significant", message, { child: child.id, supervisor: spec.id });
}

function checkOneOf(value: unknown, what: string, allowed: readonly string[]): void {
  if (typeof value === "string" && allowed.includes(value)) return;
  throw invalidInput("unknown-value", `${what} must be one of ${allowed.join(", ")}, not "${describe(value)}".`);
}
