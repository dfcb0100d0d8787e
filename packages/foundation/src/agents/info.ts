/** What the registry says about an agent, and how queries are answered. Pure. */
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkId, checkNumber, checkOptions, checkStrings } from "../core/validate.ts";
import type { AgentMetrics } from "../telemetry/latency-window.ts";

/** Where an agent stands in its life. `migrating` is for clusters. */
export type AgentStatus = "registered" | "starting" | "running" | "stopping" | "stopped" | "failed" | "migrating";

/** A snapshot of one agent. */
export interface AgentInfo {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly tags: readonly string[];
  readonly status: AgentStatus;
  readonly node: string;
  /** Automatic and asked-for restarts since registration. */
  readonly restarts: number;
  /** Start of the present incarnation, milliseconds since the epoch; undefined before the first. */
  readonly startedAt: number | undefined;
  readonly mailboxDepth: number;
  readonly metrics: AgentMetrics;
}

/** A change that {@link AgentRegistry.watch} reports. */
export interface AgentChange {
  type: "added" | "changed" | "removed";
  agent: AgentInfo;
}

type Scalar = string | number | boolean;
/** One condition of `where`; several operators must all hold. */
export interface WhereOperators {
  eq?: Scalar;
  neq?: Scalar;
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
  in?: readonly Scalar[];
  notIn?: readonly Scalar[];
}

/** Which agents are meant. No criteria, or an empty capability list, match every agent. */
export interface AgentQuery {
  capability?: string;
  /** All of them. */
  capabilities?: readonly string[];
  role?: string;
  tag?: string;
  status?: AgentStatus;
  node?: string;
  /** Conditions on dotted paths of {@link AgentInfo}: `{ "metrics.errorRate": { lt: 0.1 } }`. */
  where?: Record<string, WhereOperators>;
}

/** Whether `info` meets every criterion of `query`. */
export function matchesQuery(info: AgentInfo, query: AgentQuery): boolean {
  return (
    (query.capability === undefined || info.capabilities.includes(query.capability)) &&
    (query.capabilities ?? []).every((capability) => info.capabilities.includes(capability)) &&
    (query.role === undefined || info.role === query.role) &&
    (query.tag === undefined || info.tags.includes(query.tag)) &&
    (query.status === undefined || info.status === query.status) &&
    (query.node === undefined || info.node === query.node) &&
    Object.entries(query.where ?? {}).every(([path, operators]) => holds(valueAt(info, path), operators))
  );
}

function valueAt(info: AgentInfo, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      info,
    );
}

const tests: Record<keyof WhereOperators, (value: unknown, operand: any) => boolean> = {
  eq: (value, operand) => (Array.isArray(value) ? value.includes(operand) : value === operand),
  neq: (value, operand) => (Array.isArray(value) ? !value.includes(operand) : value !== operand),
  gt: (value, operand) => typeof value === "number" && value > operand,
  gte: (value, operand) => typeof value === "number" && value >= operand,
  lt: (value, operand) => typeof value === "number" && value < operand,
  lte: (value, operand) => typeof value === "number" && value <= operand,
  in: (value, operand) => operand.includes(value),
  notIn: (value, operand) => !operand.includes(value),
};

function holds(value: unknown, operators: WhereOperators): boolean {
  return Object.entries(operators).every(([name, operand]) => tests[name as keyof WhereOperators](value, operand));
}

const criteria = ["capability", "capabilities", "role", "tag", "status", "node", "where"];
const statuses: readonly AgentStatus[] = [
  "registered",
  "starting",
  "running",
  "stopping",
  "stopped",
  "failed",
  "migrating",
];

/** @throws MabeamError `INVALID_INPUT` for an unknown criterion or operator */
export function checkQuery(query: AgentQuery): void {
  checkOptions(query, criteria, "a query");
  for (const criterion of ["capability", "role", "tag", "node"] as const) {
    if (query[criterion] !== undefined) checkId(query[criterion], criterion);
  }
  if (query.capabilities !== undefined) checkStrings(query.capabilities, "capabilities");
  if (query.status !== undefined && !statuses.includes(query.status)) {
    throw invalidInput("unknown-status", `"${describe(query.status)}" is no status; there are ${statuses.join(", ")}.`);
  }
  if (query.where !== undefined) checkWhere(query.where);
}

function checkWhere(where: Record<string, WhereOperators>): void {
  checkOptions(where, Object.keys(where ?? {}), "where");
  for (const [path, operators] of Object.entries(where)) {
    checkOptions(operators, Object.keys(tests), `the condition on "${path}"`);
    if (Object.keys(operators).length === 0) {
      throw invalidInput("no-operator", `The condition on "${path}" is empty; give an operator, as { eq: 1 }.`);
    }
    for (const [name, operand] of Object.entries(operators)) {
      if ((name === "in" || name === "notIn") && !Array.isArray(operand)) {
        throw invalidInput("not-a-list", `The operator "${name}" takes a list, not ${describe(operand)}.`);
      }
      if (["gt", "gte", "lt", "lte"].includes(name)) checkNumber(operand, `The operand of "${name}"`);
    }
  }
}
