/** Registration options, checked and with their defaults filled in. */
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { encodeRecord } from "../journal/record.ts";
import { checkId, checkInteger, checkNumber, checkOptions, checkStrings } from "../core/validate.ts";
import type { AgentOptions, Backoff } from "./define.ts";
import type { Json } from "../core/json.ts";

/** {@link AgentOptions} with every default in place. */
export interface ResolvedAgentOptions {
  readonly args: Json | undefined;
  readonly role: string;
  readonly tags: readonly string[];
  readonly restart: "permanent" | "transient" | "temporary";
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoff: Backoff | undefined;
  readonly shutdownTimeoutMs: number;
  readonly concurrency: number;
  readonly mailbox: { readonly capacity: number; readonly overflow: "reject" | "drop_oldest" | "drop_newest" };
  readonly askTimeoutMs: number;
  readonly autoStart: boolean;
  readonly healthIntervalMs: number | undefined;
  readonly resources: Readonly<Record<string, number>>;
  readonly supervisor: string | undefined;
  readonly significant: boolean;
  readonly persist: boolean;
}

const defaults = Object.freeze({
  args: undefined,
  role: "executor",
  tags: Object.freeze([]),
  restart: "permanent",
  maxRestarts: 3,
  withinMs: 5000,
  backoff: undefined,
  shutdownTimeoutMs: 5000,
  concurrency: 1,
  mailbox: Object.freeze({ capacity: 1000, overflow: "reject" }),
  askTimeoutMs: 30_000,
  autoStart: true,
  healthIntervalMs: undefined,
  resources: Object.freeze({}),
  supervisor: undefined,
  significant: false,
  persist: false,
}) satisfies ResolvedAgentOptions;

/** @throws MabeamError `INVALID_INPUT` for an unknown option or a value out of range */
export function resolveOptions(options: AgentOptions | undefined): ResolvedAgentOptions {
  // Shared: a hundred thousand agents with nothing special about them need one such object.
  if (options === undefined) return defaults;
  checkOptions(options, Object.keys(defaults), "registerAgent");
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (options.mailbox !== undefined) checkOptions(options.mailbox, ["capacity", "overflow"], "mailbox");
  if (options.backoff !== undefined) checkOptions(options.backoff, ["initialMs", "factor", "maxMs"], "backoff");
  checkStrings(options.tags ?? [], "tags");
  if (options.resources !== undefined)
    checkOptions(options.resources, Object.keys(options.resources ?? {}), "resources");
  if (options.args !== undefined) encodeRecord(options.args, "args");
  const mailbox = { ...defaults.mailbox, ...options.mailbox };
  const resolved: ResolvedAgentOptions = {
    ...defaults,
    ...given,
    tags: Object.freeze([...(options.tags ?? [])]),
    resources: Object.freeze({ ...options.resources }),
    mailbox,
  };
  checkResolved(resolved);
  return resolved;
}

function checkResolved(options: ResolvedAgentOptions): void {
  checkId(options.role, "role");
  for (const flag of ["autoStart", "persist", "significant"] as const) {
    if (typeof options[flag] !== "boolean")
      throw invalidInput("invalid-flag", `${flag} must be true or false, not ${describe(options[flag])}.`);
  }
  if (options.supervisor !== undefined) checkId(options.supervisor, "supervisor");
  if (options.healthIntervalMs !== undefined) checkNumber(options.healthIntervalMs, "healthIntervalMs", { min: 1 });
  for (const [dimension, amount] of Object.entries(options.resources))
    checkNumber(amount, `resources.${dimension}`, { min: 0 });
  oneOf(options.restart, "restart", ["permanent", "transient", "temporary"]);
  oneOf(options.mailbox.overflow, "mailbox.overflow", ["reject", "drop_oldest", "drop_newest"]);
  checkInteger(options.maxRestarts, "maxRestarts", { min: 0 });
  checkNumber(options.withinMs, "withinMs", { min: 1 });
  checkNumber(options.shutdownTimeoutMs, "shutdownTimeoutMs", { min: 0 });
  checkInteger(options.concurrency, "concurrency", { min: 1 });
  checkInteger(options.mailbox.capacity, "mailbox.capacity", { min: 1 });
  checkNumber(options.askTimeoutMs, "askTimeoutMs", { min: 1 });
  if (options.backoff !== undefined) {
    checkNumber(options.backoff.initialMs, "backoff.initialMs", { min: 0 });
    checkNumber(options.backoff.factor ?? 2, "backoff.factor", { min: 1 });
    checkNumber(options.backoff.maxMs ?? 30_000, "backoff.maxMs", { min: 0 });
  }
}

function oneOf(value: string, what: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw invalidInput("unknown-value", `${what} must be one of ${allowed.join(", ")}, not "${describe(value)}".`);
  }
}
