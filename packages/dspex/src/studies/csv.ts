/** Trials as a table. */
import type { Json } from "@mabeam/foundation";
import type { TrialRecord } from "./trial.ts";

const columns = ["number", "state", "value", "variance", "n", "reason"] as const;

/**
 * Trials as CSV (RFC 4180): number, state, value, variance, n, reason, then one column per variable, named
 * `config.<name>`, empty where it does not exist. Lists are JSON.
 */
export function csvOf(trials: readonly TrialRecord[], variables: readonly string[]): string {
  const header = [...columns, ...variables.map((name) => `config.${name}`)];
  const rows = trials.map((trial) => [
    ...columns.map((column) => trial[column]),
    ...variables.map((name) => (Object.hasOwn(trial.config, name) ? trial.config[name] : undefined)),
  ]);
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Json | undefined): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
